import type { HttpAnswer, HttpQuestion } from '../host.ts'
import type { LabProcess } from '../lab-process.ts'

/** Where a part of an installation runs: a host of the lab, or an address on loopback. */
export interface IronicHost {
  /** What Ironic has as `[DEFAULT]host`. */
  readonly name: string
  readonly ip: string
  /** Starts a program there. It resolves the names of all the installation's hosts. */
  spawn(argv: readonly string[], env?: Record<string, string>): LabProcess
  /** Runs a program to its end: its output. Throws when it fails. */
  run(argv: readonly string[], env?: Record<string, string>): Promise<string>
  http(question: HttpQuestion): Promise<HttpAnswer>
}
