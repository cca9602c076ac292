/*
 * Makes the pictures of consoles in docs/images: boots real firmware in QEMU in the laboratory of the tests, each time with something wrong, and takes a
 * picture of the screen. Needs root and what the tests of real firmware need. Run: node tools/console-screenshots.ts [name …]
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Installation } from '../test/e2e/installation.ts'
import { type DnsmasqOptions, startDnsmasq } from '../test/lab/dnsmasq.ts'
import type { Lab } from '../test/lab/lab.ts'

const images = fileURLToPath(new URL('../docs/images/', import.meta.url))
const waitingMac = '52:54:00:77:00:01'
const activeMac = '52:54:00:77:00:a0'

interface Shot {
  mac: string
  /** What has to be on the screen. */
  shows: RegExp
  /** Where DHCP sends the machine; undefined: there is no DHCP. */
  dhcp: (site: Installation) => DnsmasqOptions | undefined
  /** Breaks something, before the machine is switched on. */
  prepare?: (site: Installation) => Promise<void>
}

const rootScript = (site: Installation): DnsmasqOptions => ({ bootUrl: `${site.web.url}/boot.ipxe` })

const shots: Record<string, Shot> = {
  refused: { mac: activeMac, shows: /asking again in 4 of/, dhcp: rootScript },
  'no-dhcp': { mac: waitingMac, shows: /No bootable device/, dhcp: () => undefined },
  'no-root-script': {
    mac: waitingMac,
    shows: /ipxe\.org\/2d0/,
    dhcp: (site) => ({ bootUrl: `${site.web.url}/boot.ipex` }),
  },
  loop: {
    mac: waitingMac,
    shows: /using undionly.*PXE-NBP/,
    dhcp: (site) => ({ bootUrl: `tftp://${site.dhcp.ip}/undionly.kpxe` }),
  },
  'api-gone': {
    mac: waitingMac,
    shows: /asking again in 2 of/,
    dhcp: rootScript,
    // Nobody has the one address, and nobody listens at the other's port.
    prepare: (site) =>
      site.serveRootScript(site.api(0), {
        bootring: { api_root_urls: `http://10.77.0.99:6385,http://${site.dhcp.urlHost}:6385` },
      }),
  },
  'kernel-unreachable': {
    mac: waitingMac,
    shows: /trying again in 2 seconds/,
    dhcp: rootScript,
    async prepare(site) {
      await site.serveRootScript(site.api(0))
      // As a firewall would, between machines and the file server.
      const { host } = await site.owner(waitingMac)
      for (const leases of ['10.77.0.96/27', '10.77.0.128/25'])
        await host.run(['ip', 'route', 'add', 'blackhole', leases])
    },
  },
}

/** A machine with a screen, driven by QEMU's own protocol. */
class ScreenMachine {
  readonly #socket: Socket
  readonly #kill: () => Promise<void>
  #received = ''

  private constructor(socket: Socket, kill: () => Promise<void>) {
    this.#socket = socket
    this.#kill = kill
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.#received += text
    })
  }

  static async start(lab: Lab, mac: string): Promise<ScreenMachine> {
    const path = join(lab.folder, `qmp-${performance.now()}`)
    const started = lab.spawn('machine', [
      ...['qemu-system-x86_64', '-accel', 'tcg', '-nodefaults', '-machine', 'pc', '-m', '192', '-vga', 'std'],
      ...['-display', 'none', '-qmp', `unix:${path},server=on,wait=off`, '-boot', 'strict=on'],
      ...['-netdev', `tap,id=n0,ifname=${await lab.tap()},script=no,downscript=no`],
      ...['-device', `virtio-net-pci,netdev=n0,mac=${mac},bootindex=1`],
    ])
    for (let tries = 0; ; tries += 1) {
      try {
        const socket = connect(path)
        await once(socket, 'connect')
        const machine = new ScreenMachine(socket, () => started.kill())
        await machine.#ask({ execute: 'qmp_capabilities' })
        return machine
      } catch (error) {
        if (tries === 50 || !started.running) throw new Error(started.output, { cause: error })
        await pause(100)
      }
    }
  }

  /** What the screen says: the memory of its text mode, 80 columns by 25 lines of a character and a colour each. */
  async text(): Promise<string> {
    const dump = await this.#ask({
      execute: 'human-monitor-command',
      arguments: { 'command-line': 'xp /2000hx 0xb8000' },
    })
    const cells = [...dump.matchAll(/0x[0-9a-f]{2}([0-9a-f]{2})\b/g)].map(([, code = '20']) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    return Array.from({ length: 25 }, (_, line) => cells.slice(line * 80, line * 80 + 80).join('')).join('\n')
  }

  async until(shown: RegExp, seconds: number): Promise<void> {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; await pause(200)) {
      // The screen breaks lines anywhere.
      if (shown.test((await this.text()).replaceAll('\n', ''))) return
    }
    throw new Error(`${seconds} s went by without ${shown} on\n${await this.text()}`)
  }

  async picture(file: string): Promise<void> {
    await this.#ask({ execute: 'screendump', arguments: { filename: file, format: 'png' } })
  }

  async off(): Promise<void> {
    this.#socket.destroy()
    await this.#kill()
  }

  /** The answer's line; what comes unasked are events. */
  async #ask(command: object): Promise<string> {
    const from = this.#received.length
    this.#socket.write(`${JSON.stringify(command)}\n`)
    for (;;) {
      const answer = this.#received
        .slice(from)
        .split('\n')
        .find((line) => /^\{"(?:return|error)"/.test(line) && line.endsWith('\r'))
      if (answer?.startsWith('{"error"')) throw new Error(answer)
      if (answer !== undefined) return answer
      await pause(20)
    }
  }
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(shots)
const site = await Installation.start('ipv4', [
  { name: 'waiting', macs: [waitingMac], provisionState: 'wait call-back' },
  { name: 'active', macs: [activeMac], provisionState: 'active' },
])
try {
  for (const name of names) {
    const shot = shots[name]
    if (shot === undefined) throw new Error(`no picture is called ${name}: ${Object.keys(shots).join(', ')}`)
    await site.serveRootScript(site.api(0))
    await shot.prepare?.(site)
    const options = shot.dhcp(site)
    const dhcp = options === undefined ? undefined : await startDnsmasq(site.dhcp, options)
    const machine = await ScreenMachine.start(site.lab, shot.mac)
    try {
      await machine.until(shot.shows, 120)
      await machine.picture(join(images, `console-${name}.png`))
      process.stdout.write(`${name}\n${(await machine.text()).trimEnd()}\n`)
    } finally {
      await machine.off()
      await dhcp?.stop()
    }
  }
} finally {
  await site.close()
}
