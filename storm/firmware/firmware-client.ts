/*
 * A machine's firmware, simulated: it behaves as iPXE does from the moment it has an address on.
 *
 *   const client = new FirmwareClient({
 *     macs: ['52:54:00:00:00:01'], firmware: 'bios', rootScript: { text }, clock: realClock,
 *     observer: { saw: (event) => … },   // firmware-events.ts
 *   })
 *   const outcome = await client.run()   // booted, gave up, lost …
 *   client.powerOff()                    // from outside, at any time: `run` resolves at once
 *
 * The time to the script is the `script` event's `atMs` less `powered-on`'s; without the client's own pauses, less
 * `pausedMs` too.
 */
import type { FirmwareClock } from './firmware-clock.ts'
import { FirmwareEnded } from './firmware-ended.ts'
import type { FirmwareObserver, FirmwareOutcome } from './firmware-events.ts'
import { IpxeHttp } from './ipxe-http.ts'
import { IpxeImage } from './ipxe-image.ts'
import { IpxeSettings } from './ipxe-settings.ts'
import { IpxeShell } from './ipxe-shell.ts'

export interface FirmwareClientOptions {
  /** Of its NICs, in lower case with colons; it boots from the first. */
  macs: readonly string[]
  firmware: 'bios' | 'uefi'
  /** What DHCP named: fetched first, or given where that is not to be measured. */
  rootScript: { url: string } | { text: string }
  /** The address it connects from, also `${net0/ip}`. Default: the system's choice, and no `${net0/ip}`. */
  localAddress?: string | undefined
  clock: FirmwareClock
  observer: FirmwareObserver
}

export class FirmwareClient {
  readonly #options: FirmwareClientOptions
  readonly #http: IpxeHttp
  readonly #shell: IpxeShell
  #off: ((outcome: FirmwareOutcome) => void) | undefined

  constructor(options: FirmwareClientOptions) {
    const { macs, firmware, localAddress, clock, observer } = options
    this.#options = options
    this.#http = new IpxeHttp(clock, observer, localAddress)
    const platform = firmware === 'bios' ? 'pcbios' : 'efi'
    const settings = new IpxeSettings({ macs, ip: localAddress, platform })
    this.#shell = new IpxeShell({ firmware, http: this.#http, settings, clock, observer })
  }

  /** Switches it on: how it ended. Once only. */
  async run(): Promise<FirmwareOutcome> {
    const { clock, observer } = this.#options
    observer.saw({ type: 'powered-on', atMs: clock.nowMs() })
    const off = new Promise<FirmwareOutcome>((resolve) => {
      this.#off = resolve
    })
    const outcome = await Promise.race([this.#boot(), off])
    this.#off = undefined
    this.#http.close()
    const pausedMs = this.#http.pausedMs + this.#shell.pausedMs
    observer.saw({ type: 'ended', atMs: clock.nowMs(), pausedMs, outcome })
    return outcome
  }

  /** What it waits for now. */
  get doing(): string {
    return this.#shell.doing
  }

  /** Pulls the plug; nothing when it has ended already. */
  powerOff(): void {
    if (!this.#off) return
    const { doing } = this.#shell
    this.#off({ end: 'powered-off', doing })
    this.#shell.powerOff()
    this.#http.close()
  }

  async #boot(): Promise<FirmwareOutcome> {
    try {
      const root = await this.#rootScript()
      if (typeof root === 'string') return { end: 'gave-up', wanted: false, reason: `root script: ${root}` }
      root.autofree = true
      const failure = await this.#shell.execute(root)
      return { end: 'gave-up', wanted: failure === undefined, reason: failure ?? 'the root script ended' }
    } catch (error) {
      if (error instanceof FirmwareEnded) return error.outcome
      throw error
    }
  }

  async #rootScript(): Promise<IpxeImage | string> {
    const { rootScript } = this.#options
    return 'url' in rootScript ? await this.#shell.download(rootScript.url, 0) : IpxeImage.ofText(rootScript.text)
  }
}
