import { Command } from 'commander'
import { describeAddress, parseConnectionUrl } from '../db/connection-url.ts'
import { withContext } from './context.ts'
import { addExamples } from './examples.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { Progress } from './terminal/progress.ts'

/** `bootring db`: the operator's work on the database itself. */
export function dbCommand(): Command {
  const upgrade = new Command('upgrade').description(
    "bring the database's tables up to date; safe to run twice, and on several hosts at once",
  )
  addExamples(upgrade, { 'bootring db upgrade': 'once after each upgrade of bootring, on any one host' })
  addConfigOptions(upgrade).action((options: ConfigOptions) =>
    withContext(options, async ({ installation, database }) => {
      const progress = new Progress(process.stderr)
      const applied = await database
        .upgrade((name) => progress.show(`Applying ${name}`))
        .finally(() => progress.clear())
      for (const name of applied) process.stdout.write(`applied ${name}\n`)
      const place = describeAddress(parseConnectionUrl(installation.databaseUrl))
      process.stdout.write(`${place}: ${applied.length > 0 ? 'upgraded' : 'already up to date'}\n`)
    }),
  )
  return new Command('db').description('look after the database').addCommand(upgrade)
}
