import { Machine, type MachineOptions } from '../lab/machine.ts'
import type { Report } from '../lab/web-server.ts'
import type { Installation } from './installation.ts'

/** A machine that booted and reported back. */
export interface Booted {
  report: Report
  /** All that its console showed. */
  console: string
  /** Host and port of the URL that its kernel came from. */
  kernelFrom: string
}

let machines = 0

/** Switches a machine on, waits for its Linux to report back, and for its end. */
export async function bootMachine(
  { lab, web }: Pick<Installation, 'lab' | 'web'>,
  options: Omit<MachineOptions, 'name'>,
  whileBooting: (machine: Machine) => Promise<void> = async () => {},
): Promise<Booted> {
  machines += 1
  const since = web.requests.length
  const machine = await Machine.start(lab, { name: `machine-${machines}`, ...options })
  try {
    await whileBooting(machine)
    await machine.untilConsole('CALLBACK-DONE 0', 170)
    await machine.untilOff(20)
    const report = web.reports(since).find(({ mac }) => options.macs.includes(mac))
    if (!report) throw new Error(`no report; the console showed:\n${machine.console}`)
    return { report, console: machine.console, kernelFrom: kernelHost(machine.console) }
  } finally {
    await machine.kill()
  }
}

function kernelHost(console: string): string {
  // The firmware breaks long lines. The last one counts: earlier ones may have failed.
  const fetched = [
    ...console
      .replaceAll(/[\r\n]/g, '')
      .matchAll(/(?:http:\/\/|Fetching \(http,)([^/\s)]+)\)?\/[0-9a-f-]{36}\/deploy_kernel(?:\.\.\.)?/g),
  ]
  return fetched.at(-1)?.[1] ?? 'nowhere'
}
