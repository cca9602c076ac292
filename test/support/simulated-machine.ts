import { FirmwareClient, type FirmwareClientOptions } from '../../storm/firmware/firmware-client.ts'
import type { FirmwareEvent, FirmwareOutcome } from '../../storm/firmware/firmware-events.ts'
import { SkippingClock } from './skipping-clock.ts'

type EventOf<T extends FirmwareEvent['type']> = Extract<FirmwareEvent, { type: T }>

/** A simulated firmware client that keeps all that it reported, and skips its pauses. */
export class SimulatedMachine {
  readonly events: FirmwareEvent[] = []
  readonly clock = new SkippingClock()
  readonly client: FirmwareClient

  constructor(options: Partial<FirmwareClientOptions> & Pick<FirmwareClientOptions, 'rootScript'>) {
    this.client = new FirmwareClient({
      macs: ['52:54:00:00:00:01'],
      firmware: 'bios',
      clock: this.clock,
      observer: { saw: (event) => this.events.push(event) },
      ...options,
    })
  }

  async boot(): Promise<FirmwareOutcome> {
    return await this.client.run()
  }

  of<T extends FirmwareEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type)
  }

  /** What `echo` printed. */
  get output(): string[] {
    return this.of('output').map(({ text }) => text)
  }

  /** The requests' ends, in short: a status or a failure. */
  get answers(): (string | number)[] {
    return this.of('request').map(({ status, failure }) => status ?? failure ?? '')
  }
}
