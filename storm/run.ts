/*
 * The boot storm: see README.md. `make storm` runs it.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { missingForLab } from '../test/lab/missing-for-lab.ts'
import { parseOptions, type StormOptions } from './options.ts'
import { plots } from './plots.ts'
import { report } from './report.ts'
import { hasPassed, type ScenarioResult } from './result.ts'
import { runScenario } from './run-scenario.ts'
import { scenarios } from './scenarios.ts'
import { stormFacts } from './storm-facts.ts'

const resultsFolder = fileURLToPath(new URL('results', import.meta.url))

async function storm(options: StormOptions): Promise<void> {
  const missing = missingForLab()
  if (missing.length > 0)
    throw new Error(`the laboratory lacks ${missing.join(', ')}; make setup brings in what it can`)
  const startedAt = performance.now()
  const say = (words: string) => {
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${words}\n`)
  }
  const results: ScenarioResult[] = []
  for (const scenario of scenarios.filter(({ name }) => options.scenarios.includes(name))) {
    say(`${scenario.name}: ${scenario.title}`)
    try {
      const result = await runScenario(scenario, options, (words) => say(`  ${words}`))
      const { begun, done, lost } = result.figures.all
      say(`  ${begun} boots begun, ${done} done, ${lost} lost: ${hasPassed(result) ? 'passed' : 'FAILED'}`)
      results.push(result)
      // After each of them: half an hour is long.
      await write(options, results)
    } catch (error) {
      // That the laboratory failed says nothing of the scenarios that come after.
      say(`  could not be brought to its end: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }
  if (!results.every(hasPassed)) process.exitCode = 1
  if (results.length === 0) return
  process.stdout.write(report(stormFacts(options), options.results, results))
  say(`results are in storm/results/${options.results}.md and .json, plots beside them`)
}

async function write(options: StormOptions, results: readonly ScenarioResult[]): Promise<void> {
  await mkdir(resultsFolder, { recursive: true })
  const file = (name: string) => join(resultsFolder, name)
  const facts = stormFacts(options)
  for (const [name, svg] of plots(options.results, results)) await writeFile(file(name), svg)
  // Single boots and samples are in the plots.
  const kept = results.map(({ boots: _, samples: __, ...rest }) => rest)
  await writeFile(file(`${options.results}.json`), `${JSON.stringify({ ...facts, scenarios: kept }, undefined, 2)}\n`)
  await writeFile(file(`${options.results}.md`), report(facts, options.results, results))
}

try {
  const options = parseOptions(process.argv.slice(2), (text) => process.stdout.write(text))
  if (options !== undefined) await storm(options)
} catch (error) {
  process.stderr.write(`storm: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
