/*
 * Measures what bootring beside a real Ironic adds to the load of Ironic's database: see README.md. `make bench-attached`
 * runs it.
 */
import { missingForIronic } from '../test/lab/ironic/ironic-release.ts'
import { missingForMariadb } from '../test/support/mariadb-server.ts'
import { attachedHelp, parseAttachedOptions } from './attached-options.ts'
import { attachedPlot } from './attached-plot.ts'
import { attachedReport } from './attached-report.ts'
import { runAttachedBench } from './attached-run.ts'
import { machineFacts } from './machine.ts'
import { runProgram } from './run-program.ts'

await runProgram({
  help: attachedHelp,
  parse: parseAttachedOptions,
  async measure(options, folder, say) {
    const missing = missingForIronic(options.release) ?? missingForMariadb()
    if (missing !== undefined) throw new Error(`this machine lacks ${missing}`)
    return await runAttachedBench(options, machineFacts(), folder, say)
  },
  nameOf: ({ quick }) => (quick ? 'attached-quick' : 'attached'),
  plot: attachedPlot,
  report: attachedReport,
})
