/*
 * Measures what a boot script costs, against nginx serving it as a file: see README.md. `make bench` runs it.
 */
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machineFacts } from './machine.ts'
import { type BenchOptions, help, parseOptions } from './options.ts'
import { plot } from './plot.ts'
import { report } from './report.ts'
import { runBench } from './run-bench.ts'

const resultsFolder = fileURLToPath(new URL('results', import.meta.url))
const startedAt = performance.now()

function say(words: string): void {
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${words}\n`)
}

async function main(options: BenchOptions): Promise<void> {
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
    const results = await runBench(options, machine, folder, say)
    const name = options.quick ? 'quick' : 'boot-path'
    await mkdir(resultsFolder, { recursive: true })
    const file = (extension: string) => join(resultsFolder, `${name}.${extension}`)
    await writeFile(file('json'), `${JSON.stringify(results, undefined, 2)}\n`)
    await writeFile(file('svg'), plot(results))
    await writeFile(file('md'), report(results, `${name}.svg`))
    process.stdout.write(`\n${report(results)}\n`)
    say(`results are in bench/results/${name}.md, .json and .svg`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

try {
  const options = parseOptions(process.argv.slice(2))
  if (options === undefined) process.stdout.write(help)
  else await main(options)
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
