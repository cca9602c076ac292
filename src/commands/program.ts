import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { BootringError } from '../model/errors.ts'
import { apiCommand } from './api.ts'
import { applyCommand } from './apply.ts'
import { conductorCommand } from './conductor.ts'
import { configCommand } from './config.ts'
import { dbCommand } from './db.ts'
import { demoCommand } from './demo/demo.ts'
import { explainCommand } from './explain.ts'
import { ringCommand } from './ring.ts'
import { rootScriptCommand } from './root-script.ts'
import { serveCommand } from './serve.ts'

const { version, description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
  description: string
}

/** The whole command line. */
export function program(): Command {
  const program = new Command('bootring')
    .description(description)
    .version(version)
    .showHelpAfterError('(bootring --help shows the commands; bootring <command> --help its options)')
  const commands = [
    serveCommand(),
    apiCommand(),
    conductorCommand(),
    dbCommand(),
    applyCommand(),
    configCommand(),
    ringCommand(),
    explainCommand(),
    rootScriptCommand(),
    demoCommand(),
  ]
  for (const command of commands) program.addCommand(command)
  return program
}

/** Says what went wrong and what to do about it, on stderr; a stack only for what no code expected. */
export function reportFailure(error: unknown): void {
  if (error instanceof BootringError) {
    process.stderr.write(`bootring: ${error.message}\n`)
    if (!error.message.includes('\n')) process.stderr.write(`${error.kind.remedy}\n`)
    return
  }
  process.stderr.write(`bootring: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
}
