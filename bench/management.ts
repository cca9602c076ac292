/*
 * Measures what managing nodes over REST costs, and how that grows with the fleet: see README.md. `make bench` runs it.
 */
import { machineFacts } from './machine.ts'
import { managementHelp, parseManagementOptions } from './management-options.ts'
import { managementPlot } from './management-plot.ts'
import { managementReport } from './management-report.ts'
import { runManagementBench } from './management-run.ts'
import { runProgram } from './run-program.ts'

await runProgram({
  help: managementHelp,
  parse: parseManagementOptions,
  measure: (options, folder, say) => runManagementBench(options, machineFacts(), folder, say),
  nameOf: ({ quick }) => (quick ? 'management-quick' : 'management'),
  plot: managementPlot,
  report: managementReport,
})
