/*
 * Measures what bootring beside a real Ironic adds to the load of Ironic's database: see README.md. `make bench-attached`
 * runs it.
 */
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { missingForIronic } from '../test/lab/ironic/ironic-release.ts'
import { missingForMariadb } from '../test/support/mariadb-server.ts'
import { type AttachedBenchOptions, attachedHelp, parseAttachedOptions } from './attached-options.ts'
import { attachedPlot } from './attached-plot.ts'
import { attachedReport } from './attached-report.ts'
import { runAttachedBench } from './attached-run.ts'
import { machineFacts } from './machine.ts'

const resultsFolder = fileURLToPath(new URL('results', import.meta.url))
const startedAt = performance.now()

function say(words: string): void {
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${words}\n`)
}

async function main(options: AttachedBenchOptions): Promise<void> {
  const missing = missingForIronic(options.release) ?? missingForMariadb()
  if (missing !== undefined) throw new Error(`this machine lacks ${missing}`)
  const machine = machineFacts()
  const folder = await mkdtemp(join(tmpdir(), 'bootring-bench-'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The kernel ends the servers together with this process.
    process.once(signal, () => {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
      process.exit(1)
    })
  }
  try {
    const results = await runAttachedBench(options, machine, folder, say)
    const name = options.quick ? 'attached-quick' : 'attached'
    await mkdir(resultsFolder, { recursive: true })
    const file = (extension: string) => join(resultsFolder, `${name}.${extension}`)
    await writeFile(file('json'), `${JSON.stringify(results, undefined, 2)}\n`)
    await writeFile(file('svg'), attachedPlot(results))
    await writeFile(file('md'), attachedReport(results, `${name}.svg`))
    process.stdout.write(`\n${attachedReport(results)}\n`)
    say(`results are in bench/results/${name}.md, .json and .svg`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

try {
  const options = parseAttachedOptions(process.argv.slice(2))
  if (options === undefined) process.stdout.write(attachedHelp)
  else await main(options)
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
