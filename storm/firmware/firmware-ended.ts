import type { FirmwareOutcome } from './firmware-events.ts'

/** Thrown where no script goes on, whatever it says. */
export class FirmwareEnded extends Error {
  readonly outcome: FirmwareOutcome

  constructor(outcome: FirmwareOutcome) {
    super(outcome.end)
    this.outcome = outcome
  }
}
