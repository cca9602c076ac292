import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const resultsFolder = fileURLToPath(new URL('results', import.meta.url))

/** One of the benchmarks: what `node bench/<name>.ts` runs. */
export interface BenchProgram<Options, Results> {
  help: string
  /** Throws with one sentence on anything it does not understand; undefined for `--help`. */
  parse(args: string[]): Options | undefined
  /** Measures, in a temporary folder of its own. `say` tells of the progress. */
  measure(options: Options, folder: string, say: (words: string) => void): Promise<Results>
  /** Of the files in bench/results, without their extension. */
  nameOf(options: Options): string
  plot?(results: Results): string
  report(results: Results, plotFile?: string): string
}

/** Runs a benchmark as the command line says, and writes its results as JSON and Markdown, with a plot where there is one. */
export async function runProgram<Options, Results>(program: BenchProgram<Options, Results>): Promise<void> {
  try {
    const options = program.parse(process.argv.slice(2))
    if (options === undefined) process.stdout.write(program.help)
    else await measured(program, options)
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

async function measured<Options, Results>(program: BenchProgram<Options, Results>, options: Options): Promise<void> {
  const startedAt = performance.now()
  const say = (words: string) => {
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${words}\n`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'bootring-bench-'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The kernel ends the servers together with this process.
    process.once(signal, () => {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
      process.exit(1)
    })
  }
  try {
    const results = await program.measure(options, folder, say)
    const name = program.nameOf(options)
    await mkdir(resultsFolder, { recursive: true })
    const file = (extension: string) => join(resultsFolder, `${name}.${extension}`)
    await writeFile(file('json'), `${JSON.stringify(results, undefined, 2)}\n`)
    if (program.plot) await writeFile(file('svg'), program.plot(results))
    await writeFile(file('md'), program.report(results, program.plot && `${name}.svg`))
    process.stdout.write(`\n${program.report(results)}\n`)
    say(`results are in bench/results/${name}.*`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
