import { program } from './commands/program.ts'
import { exitCodeOf, reportFailure } from './commands/report-failure.ts'

// A reader that leaves early (`bootring ring | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// Nobody is left to be told, and that is no reason to stop serving.
process.stderr.on('error', () => undefined)

try {
  await (await program(process.argv[2])).parseAsync(process.argv)
} catch (error) {
  reportFailure(error)
  process.exitCode = exitCodeOf(error)
}
