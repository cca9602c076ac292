import type { FirmwareEvent, FirmwareObserver, FirmwareOutcome, LoadedImage } from './firmware/firmware-events.ts'
import type { BootRecord, LoadedFile } from './firmware-plan.ts'

/** Makes the record of one boot out of what its firmware reports. */
export class BootObserver implements FirmwareObserver {
  readonly record: BootRecord
  readonly #zeroMs: number

  /** `zeroMs`: when the storm began, on the firmware's clock. */
  constructor(machine: string, zeroMs: number) {
    this.#zeroMs = zeroMs
    this.record = { machine, onMs: 0, scriptRequests: [], requests: 0, failures: 0, toldToWait: 0, pausedMs: 0 }
  }

  saw(event: FirmwareEvent): void {
    const { record } = this
    switch (event.type) {
      case 'powered-on':
        record.onMs = this.#at(event.atMs)
        break
      case 'request':
        this.#request(event)
        break
      case 'pause':
        if (event.reason === 'retry-after') record.toldToWait += 1
        break
      case 'script':
        if (event.depth > 0 && event.url !== undefined) {
          record.firstScript ??= { atMs: this.#at(event.atMs), pausedMs: Math.round(event.pausedMs) }
          record.script = { url: event.url, text: event.text }
        }
        break
      case 'complaint':
        record.lost = `the firmware does not understand ${event.command}: ${event.reason}`
        break
      case 'ended':
        record.pausedMs = Math.round(event.pausedMs)
        this.#ended(event.outcome, this.#at(event.atMs))
    }
  }

  #request({ atMs, failure, ms, status, url }: Extract<FirmwareEvent, { type: 'request' }>): void {
    const { record } = this
    record.requests += 1
    if (failure !== undefined && status !== 404) record.failures += 1
    if (status !== undefined && url.includes('/v1/boot/')) {
      record.scriptRequests.push([this.#at(atMs + ms), Math.round(ms * 10) / 10, status])
    }
  }

  #ended(outcome: FirmwareOutcome, atMs: number): void {
    const { record } = this
    if (outcome.end === 'booted') {
      const [initrd] = outcome.initrds
      record.bootedMs = atMs
      record.kernel = loaded(outcome.kernel)
      if (initrd !== undefined) record.initrd = loaded(initrd)
    } else if (outcome.end === 'gave-up' || outcome.end === 'lost') record.lost = outcome.reason
    else if (outcome.end === 'rebooted') record.lost = 'the machine rebooted'
    else record.lost = `not booted when the storm was over: ${outcome.doing}`
  }

  #at(clockMs: number): number {
    return Math.round((clockMs - this.#zeroMs) * 10) / 10
  }
}

function loaded({ bytes, crc32, url }: LoadedImage): LoadedFile {
  return { url, bytes, crc32 }
}
