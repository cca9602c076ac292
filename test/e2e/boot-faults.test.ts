import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Explanation } from '../../src/api/explanation.ts'
import type { Boot } from '../../src/model/boots.ts'
import { runBootring, startBootring } from '../lab/bootring.ts'
import { startDnsmasq } from '../lab/dnsmasq.ts'
import type { Host, HttpAnswer } from '../lab/host.ts'
import { Lab } from '../lab/lab.ts'
import type { LabProcess } from '../lab/lab-process.ts'
import { Machine } from '../lab/machine.ts'
import { describeInLab } from '../lab/require-lab.ts'
import { WebServer } from '../lab/web-server.ts'

type Settings = Record<string, Record<string, string | number | boolean>>

const macOf = (number: number) => `52:54:00:77:09:0${number}`
const nodes = {
  'wrong-state': { number: 1, state: 'active', driverInfo: {} },
  'wrong-nic': { number: 2, state: 'wait call-back', driverInfo: { pxe_template: 'agent.ipxe' } },
  orphan: { number: 3, state: 'wait call-back', driverInfo: { pxe_template: 'agent.ipxe' } },
  'no-kernel': {
    number: 4,
    state: 'wait call-back',
    driverInfo: { deploy_kernel: 'gone.kernel', deploy_ramdisk: 'agent.initrd' },
  },
  'broken-template': { number: 5, state: 'wait call-back', driverInfo: { pxe_template: 'broken.ipxe' } },
  fallback: { number: 6, state: 'clean failed', driverInfo: {} },
} as const
type Name = keyof typeof nodes
const strangers = [macOf(8), macOf(9)] as const
const otherNic = macOf(7)

/*
 * Machines with real firmware, one for each thing that can go wrong: they get the same 404 all of them, and the timeline
 * and the explanation name the cause. The agent is an iPXE that asks as agents do, and then switches itself off.
 */
describeInLab('what is wrong with a machine that does not boot', () => {
  let lab: Lab
  let api: Host
  let configFiles: string[]
  const conductors = new Map<string, LabProcess>()
  const machines: Machine[] = []

  beforeAll(async () => {
    lab = await Lab.open()
    const dhcp = await lab.host('dhcp.lab.example', { ipv4: '10.77.0.1', ipv6: 'fd77::1' })
    api = await lab.host('api.lab.example', { ipv4: '10.77.0.11' })
    const web = await WebServer.start(dhcp)
    const folder = join(lab.folder, 'images')
    mkdirSync(folder)
    copyFileSync('/usr/lib/ipxe/ipxe.lkrn', join(folder, 'agent.kernel'))
    writeFileSync(join(folder, 'agent.initrd'), agentScript)
    writeFileSync(join(folder, 'agent.ipxe'), nodeScript)
    writeFileSync(join(folder, 'broken.ipxe'), '#!ipxe\n{% if pxe_options %}\necho never ended\n')
    writeFileSync(join(folder, 'short-root.ipxe'), shortRootScript)
    const common = settings('common', {
      DEFAULT: { hash_ring_reset_interval: 2 },
      database: { connection: `sqlite:///${join(lab.folder, 'bootring.sqlite')}` },
      json_rpc: { auth_strategy: 'noauth' },
      api: { host_ip: '0.0.0.0' },
      bootring: { rpc_hedge_share: 0, pxe_template_folders: folder },
      // A conductor that is killed stays on the ring until the test is over.
      conductor: {
        heartbeat_timeout: 120,
        file_url_allowed_paths: folder,
        deploy_kernel: `file://${folder}/agent.kernel`,
        deploy_ramdisk: `file://${folder}/agent.initrd`,
      },
      pxe: {
        ipxe_use_boot_config_api: true,
        ipxe_config_api_root_url: `http://${api.ip}:6385`,
        enable_insecure_template_override: true,
      },
    })
    await runBootring(api, ['db', 'upgrade'], [common])
    writeFileSync(join(lab.folder, 'fleet.json'), JSON.stringify(fleetOf(folder)))
    await runBootring(api, ['apply', join(lab.folder, 'fleet.json')], [common])
    configFiles = [common, settings('api', { DEFAULT: { host: api.name, my_ip: api.ip, auth_strategy: 'noauth' } })]
    const starts = ['cond-1', 'cond-2'].map(async (name, index) => {
      const host = await lab.host(`${name}.lab.example`, { ipv4: `10.77.0.2${index + 1}` })
      const own = settings(name, {
        DEFAULT: { host: host.name, my_ip: host.ip, state_path: join(lab.folder, name) },
        // The second one's root script does not wait for conductors, and has something else for whom it can't help.
        ...(index === 1 && {
          pxe: { ipxe_boot_script: join(folder, 'short-root.ipxe'), ipxe_fallback_script: 'rescue.ipxe' },
        }),
      })
      conductors.set(host.name, await startBootring(host, 'conductor', { configFiles: [common, own] }))
      return host
    })
    const [first, second] = await Promise.all(starts)
    if (first === undefined || second === undefined) throw new Error('there are two conductors')
    await startBootring(api, 'api', { configFiles })
    writeFileSync(join(lab.folder, 'cond-2', 'httpboot', 'rescue.ipxe'), '#!ipxe\necho RESCUE-SCRIPT\npoweroff\n')
    // Which root script a machine gets.
    const byMac = `iseq \${net0/mac} ${macOf(nodes.fallback.number)} && chain --replace http://${second.ip}:8080/boot.ipxe ||`
    web.put('boot.ipxe', `#!ipxe\n${byMac}\nchain --replace http://${first.ip}:8080/boot.ipxe\n`)
    await startDnsmasq(dhcp, { bootUrl: `${web.url}/boot.ipxe` })
  }, 120_000)

  afterAll(async () => {
    await lab?.close()
  })

  function settings(name: string, sections: Settings): string {
    const file = join(lab.folder, `${name}.conf`)
    const text = Object.entries(sections).map(([section, options]) => {
      const lines = Object.entries(options).map(([option, value]) => `${option} = ${value}\n`)
      return `[${section}]\n${lines.join('')}`
    })
    writeFileSync(file, text.join('\n'))
    return file
  }

  const ask = (path: string): Promise<HttpAnswer> => api.http({ url: `http://${api.ip}:6385${path}` })
  const get = async <T>(path: string): Promise<T> => {
    const { body, status } = await ask(`/v1/bootring/${path}`)
    expect(status, body).toBe(200)
    return JSON.parse(body) as T
  }
  const explained = (mac: string) => get<Explanation>(`explain/${mac}`)
  const lastBoot = async (mac: string): Promise<Boot | undefined> =>
    (await get<{ boots: Boot[] }>(`boots?mac=${mac}&limit=1`)).boots[0]

  async function switchOn(name: string, macs: readonly string[]): Promise<Machine> {
    const machine = await Machine.start(lab, { name, firmware: 'bios', macs })
    machines.push(machine)
    return machine
  }

  /** Waits until a machine's last boot has come to this. */
  async function untilVerdict(machine: Machine, mac: string, verdict: Boot['verdict']): Promise<Boot> {
    let boot: Boot | undefined
    for (const end = Date.now() + 25_000; Date.now() < end; await pause(200)) {
      boot = await lastBoot(mac)
      if (boot?.verdict === verdict) return boot
    }
    throw new Error(`${mac} has not come to "${verdict}": ${JSON.stringify(boot)}\n${machine.console}`)
  }

  it('is told to the operator, and not to the machine', { timeout: 240_000 }, async () => {
    const all = {
      'wrong-state': await switchOn('wrong-state', [macOf(1)]),
      stranger: await switchOn('stranger', strangers),
      'no-kernel': await switchOn('no-kernel', [macOf(4)]),
      'broken-template': await switchOn('broken-template', [macOf(5)]),
      fallback: await switchOn('fallback', [macOf(6)]),
      'wrong-nic': await switchOn('wrong-nic', [otherNic, macOf(2)]),
    }
    const cases = [
      {
        machine: all['wrong-state'],
        mac: macOf(1),
        verdict: 'state does not allow',
        code: 'StateForbidsBoot',
        reason: /"active", which may not boot/,
      },
      {
        machine: all.stranger,
        mac: strangers[0],
        verdict: 'unknown address',
        code: 'PortNotFound',
        reason: /no port has this address/,
      },
      {
        machine: all['no-kernel'],
        mac: macOf(4),
        verdict: 'file missing',
        code: 'ImageUnavailable',
        reason: /deploy_kernel was asked for/,
      },
      {
        machine: all['broken-template'],
        mac: macOf(5),
        verdict: 'script broken',
        code: 'TemplateFailed',
        reason: /broken\.ipxe/,
      },
      {
        machine: all.fallback,
        mac: macOf(6),
        verdict: 'fallback served',
        code: 'StateForbidsBoot',
        reason: /rescue\.ipxe.*"clean failed"/,
      },
    ] as const
    for (const { code, mac, machine, reason, verdict } of cases) {
      const boot = await untilVerdict(machine, mac, verdict)
      expect(boot, verdict).toMatchObject({ verdict, code })
      expect(boot.reason).toMatch(reason)
      expect(boot.remedy).toMatch(/\w/)
      expect(boot.steps[0]?.what, verdict).toMatch(/^root script, /)
    }
    const right = await untilVerdict(all['wrong-nic'], macOf(2), 'booted')
    expect(right.notes.map(({ note }) => note)).toEqual(['wrong NIC asked'])
    expect(right.notes[0]?.detail).toContain(otherNic)
    expect((await lastBoot(otherNic))?.id).toBe(right.id)
    expect(right.steps.map(({ what }) => what.replace(/,? \d.*/, ''))).toEqual(
      expect.arrayContaining(['root script', 'kernel', 'ramdisk', 'agent asked which node it is on']),
    )

    // Both NICs of the stranger are one machine.
    expect((await lastBoot(strangers[1]))?.id).toBe((await lastBoot(strangers[0]))?.id)

    // The same now by the explanation, with what was.
    const served = [macOf(2), macOf(4)] as string[]
    for (const { code, mac, verdict } of [...cases, { mac: macOf(2), code: null, verdict: 'booted' }]) {
      const explanation = await explained(mac)
      const isServed = served.includes(mac)
      expect(explanation, mac).toMatchObject({ outcome: isServed ? 'served' : 'refused', boots: [{ verdict }] })
      if (!isServed) expect(explanation.code).toBe(code)
    }

    // Firmware was told nothing of it.
    const answers = await Promise.all(
      [macOf(1), macOf(5), macOf(6), ...strangers, 'nonsense'].map((mac) => ask(`/v1/boot/${mac}/boot.ipxe`)),
    )
    const seen = answers.map(({ body, headers, status }) => ({
      status,
      body,
      headers: { ...headers, date: '', 'x-openstack-request-id': '' },
    }))
    for (const answer of seen) expect(answer).toEqual(seen[0])
    expect(seen[0]).toMatchObject({ status: 404, body: 'Not Found\n' })
    expect(all.fallback.console).toContain('RESCUE-SCRIPT')
    for (const machine of Object.values(all)) {
      expect(machine.console).toContain('/v1/boot/')
      expect(machine.console).not.toMatch(
        /StateForbidsBoot|PortNotFound|TemplateFailed|may not boot|no port has|broken\.ipxe/,
      )
      await machine.kill()
    }
  })

  it('is that its owner is dead, and another conductor answers', { timeout: 120_000 }, async () => {
    const { ring } = await explained(macOf(3))
    const owner = ring?.owner ?? ''
    await conductors.get(owner)?.kill()
    const machine = await switchOn('orphan', [macOf(3)])
    const boot = await untilVerdict(machine, macOf(3), 'booted')
    await machine.kill()
    expect(boot).toMatchObject({ owner, notes: [{ note: 'owner dead, answered by another' }] })
    expect(boot.notes[0]?.detail).toContain(owner)
    expect(boot.conductor).not.toBe(owner)
    const text = await runBootring(api, ['explain', macOf(3)], configFiles)
    expect(text).toMatch(
      /ConductorUnreachable[\s\S]*Served by [\s\S]*Last boots:\n.*orphan.*booted\n +owner dead, answered by another: /,
    )
    const listed = await runBootring(api, ['boots', '--node', 'orphan', '--json'], configFiles)
    expect(JSON.parse(listed)).toMatchObject({ boots: [{ id: boot.id, verdict: 'booted' }], next: null })
  })
})

/** Asks which node it is on, as the agent does. */
const agentScript = `#!ipxe
dhcp net0 ||
dhcp net1 ||
imgfetch http://10.77.0.11:6385/v1/lookup?addresses=\${net0/mac},\${net1/mac} || imgfetch http://10.77.0.11:6385/v1/lookup?addresses=\${net0/mac} ||
poweroff
`

/** An iPXE that is booted as a kernel takes its command line for commands: it gets none. */
const nodeScript = `#!ipxe
kernel {{ pxe_options.deployment_aki_path }}
initrd {{ pxe_options.deployment_ari_path }}
boot
`

const shortRootScript = `#!ipxe
chain {{ ipxe_for_mac_uri }}\${net0/mac:hexhyp}{{ ipxe_for_mac_suffix }} ||
chain {{ ipxe_fallback_script }}
`

/** Nodes with UUIDs of their own, so that each ring gives them to the same conductors in each run. */
function fleetOf(folder: string) {
  return {
    nodes: Object.entries(nodes).map(([name, { driverInfo, number, state }]: [string, (typeof nodes)[Name]]) => ({
      name,
      uuid: `7f0fb1e5-1b77-4c5a-9f2e-00000000090${number}`,
      driver: 'fake-hardware',
      boot_interface: 'ipxe',
      deploy_interface: 'direct',
      provision_state: state,
      properties: { cpu_arch: 'x86_64' },
      driver_info: Object.fromEntries(
        Object.entries(driverInfo).map(([key, file]) => [
          key,
          key === 'pxe_template' ? `${folder}/${file}` : `file://${folder}/${file}`,
        ]),
      ),
      ports: [{ address: macOf(number), pxe_enabled: true }],
    })),
  }
}
