/*
 * Runs the tests and ends with one plain line: "N passed, N failed, N skipped"; before it those that passed at the second
 * attempt only. Exit code 1 when a test failed, when a file could not be run, when no test ran at all, or, with CI set, when
 * a test was skipped.
 */
import { startVitest } from 'vitest/node'

const vitest = await startVitest('test', process.argv.slice(2), { watch: false, run: true })
const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()])
const count = (state: 'passed' | 'failed' | 'skipped') => tests.filter((test) => test.result().state === state).length
const brokenFiles = vitest.state
  .getTestModules()
  .filter((module) => module.state() === 'failed' && module.errors().length > 0)
const unhandled = vitest.state.getUnhandledErrors()
const [passed, failed, skipped] = [
  count('passed'),
  count('failed') + brokenFiles.length + unhandled.length,
  count('skipped'),
]
await vitest.close()

const atSecondAttempt = tests.filter((test) => test.result().state === 'passed' && test.diagnostic()?.flaky)
for (const { fullName, module } of atSecondAttempt)
  process.stdout.write(`Passed at the second attempt only: ${module.relativeModuleId}: ${fullName}\n`)

const skipFails = Boolean(process.env.CI) && skipped > 0
if (skipFails) process.stdout.write('With CI set, a skipped test is a failure.\n')
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exit(failed > 0 || passed === 0 || skipFails ? 1 : 0)
