/*
 * Measures what keeping boot events costs the boot path: see README.md.
 */
import { eventsHelp, parseEventsOptions } from './events-options.ts'
import { eventsReport } from './events-report.ts'
import { runEvents } from './events-run.ts'
import { machineFacts } from './machine.ts'
import { runProgram } from './run-program.ts'

await runProgram({
  help: eventsHelp,
  parse: parseEventsOptions,
  measure: (options, folder, say) => runEvents(options, machineFacts(), folder, say),
  nameOf: ({ quick }) => (quick ? 'events-quick' : 'events'),
  report: eventsReport,
})
