import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './lab.ts'
import type { LabProcess } from './lab-process.ts'

/** Without more, PCs of 64 bits. */
type Firmware = 'bios' | 'uefi' | 'uefi-ia32' | 'uefi-arm64'

export interface MachineOptions {
  name: string
  firmware: Firmware
  /** MACs of its NICs; it boots from the first. */
  macs: readonly string[]
  /** UEFI only: the NICs bring no iPXE of their own, so that the firmware's PXE has to load one. */
  plainNics?: boolean
  /** UEFI only: boots by HTTP, and not by TFTP before that. */
  httpBoot?: boolean
}

/** iPXE waits two seconds for a key after this; any but Ctrl-B ends the wait. */
const prompt = 'for the iPXE command line...'

/** A bare-metal machine: QEMU with real firmware, which network-boots as it is switched on and is gone when it is off. */
export class Machine {
  readonly #process: LabProcess
  #prompts = 0

  private constructor(started: LabProcess) {
    this.#process = started
    started.onChange(() => this.#passPrompts())
  }

  /** Makes the machine and switches it on. */
  static async start(lab: Lab, options: MachineOptions): Promise<Machine> {
    const nics: string[] = []
    for (const [index, mac] of options.macs.entries()) {
      const tap = await lab.tap()
      const boot = index === 0 ? ',bootindex=1' : ''
      const rom = options.plainNics || options.httpBoot ? ',romfile=' : ''
      nics.push('-netdev', `tap,id=n${index},ifname=${tap},script=no,downscript=no`)
      nics.push('-device', `virtio-net-pci,netdev=n${index},mac=${mac}${boot}${rom}`)
    }
    const argv = [...firmwares[options.firmware](lab, options.name), ...common, ...nics]
    return new Machine(lab.spawn(options.name, [...argv, ...(options.httpBoot ? withoutPxe : [])]))
  }

  /** What its serial console showed so far, without the escape sequences that position the cursor. */
  get console(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' escape sequences begin with one
    return this.#process.output.replace(/\u001b\[[0-9;=?]*[A-Za-z]/g, '')
  }

  /** Waits for a text on the console. */
  async untilConsole(text: string, seconds: number): Promise<void> {
    await this.#process.until(JSON.stringify(text), () => this.console.includes(text) || undefined, seconds)
  }

  /** Waits until the machine switched itself off, or found nothing to boot from. */
  async untilOff(seconds: number): Promise<void> {
    await this.#process.until('switching off', () => (this.#process.running ? undefined : true), seconds)
  }

  /** Pulls the plug; nothing when it is off already. */
  async kill(): Promise<void> {
    await this.#process.kill()
  }

  #passPrompts(): void {
    const seen = this.#process.output.split(prompt).length - 1
    for (; this.#prompts < seen; this.#prompts += 1) this.#process.write(' ')
  }
}

const common = [
  // Emulation only: a /dev/kvm that opens may still hang every guest.
  ...['-accel', 'tcg', '-nodefaults', '-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
  // A machine that finds nothing to boot from ends at once instead of trying for ever.
  ...['-no-reboot', '-boot', 'reboot-timeout=0'],
]

/** What OVMF reads of the machine's settings. */
const withoutPxe = ['IPv4PXESupport', 'IPv6PXESupport'].flatMap((name) => [
  '-fw_cfg',
  `name=opt/org.tianocore/${name},string=n`,
])

const firmwares: Record<Firmware, (lab: Lab, name: string) => string[]> = {
  bios: () => ['qemu-system-x86_64', '-machine', 'pc,graphics=off', '-m', '192'],
  uefi: (lab, name) => [
    ...['qemu-system-x86_64', '-machine', 'q35', '-m', '256'],
    ...flash(lab, name, '/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'),
  ],
  // Debian has it with secure boot only, which keeps its variables by system management mode.
  'uefi-ia32': (lab, name) => [
    ...['qemu-system-x86_64', '-machine', 'q35,smm=on', '-m', '256'],
    ...['-global', 'driver=cfi.pflash01,property=secure,value=on'],
    ...flash(lab, name, '/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd', '/usr/share/OVMF/OVMF32_VARS_4M.fd'),
  ],
  'uefi-arm64': (lab, name) => [
    ...['qemu-system-aarch64', '-machine', 'virt', '-cpu', 'cortex-a57', '-m', '256'],
    ...flash(lab, name, '/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd'),
  ],
}

function flash(lab: Lab, name: string, code: string, emptyVariables: string): string[] {
  const variables = join(lab.folder, `${name}-vars.fd`)
  copyFileSync(emptyVariables, variables)
  const drive = 'if=pflash,format=raw'
  return ['-drive', `${drive},unit=0,readonly=on,file=${code}`, '-drive', `${drive},unit=1,file=${variables}`]
}
