/*
 * Measures what a boot script costs, against nginx serving it as a file: see README.md. `make bench` runs it.
 */
import { machineFacts } from './machine.ts'
import { help, parseOptions } from './options.ts'
import { plot } from './plot.ts'
import { report } from './report.ts'
import { runBench } from './run-bench.ts'
import { runProgram } from './run-program.ts'

await runProgram({
  help,
  parse: parseOptions,
  measure: (options, folder, say) => runBench(options, machineFacts(), folder, say),
  nameOf: ({ quick }) => (quick ? 'quick' : 'boot-path'),
  plot,
  report,
})
