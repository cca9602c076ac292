/*
 * Measures how many boot scripts a second this checkout gives out as part of what another one does: see README.md.
 */
import { compareHelp, parseCompareOptions } from './compare-options.ts'
import { compareReport } from './compare-report.ts'
import { runComparison } from './compare-run.ts'
import { machineFacts } from './machine.ts'
import { runProgram } from './run-program.ts'

await runProgram({
  help: compareHelp,
  parse: parseCompareOptions,
  measure: (options, folder, say) => runComparison(options, machineFacts(), folder, say),
  nameOf: ({ quick }) => (quick ? 'compare-quick' : 'compare'),
  report: compareReport,
})
