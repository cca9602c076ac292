import { Command } from 'commander'
import { description, version } from './version.ts'

/**
 * The commands, in the order of `--help`. Each is loaded only when it is wanted: all of them together take longer to
 * load than a machine should have to wait for its first script.
 */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand(),
  api: async () => (await import('./api.ts')).apiCommand(),
  conductor: async () => (await import('./conductor.ts')).conductorCommand(),
  db: async () => (await import('./db.ts')).dbCommand(),
  apply: async () => (await import('./apply.ts')).applyCommand(),
  config: async () => (await import('./config.ts')).configCommand(),
  ring: async () => (await import('./ring.ts')).ringCommand(),
  boots: async () => (await import('./boots.ts')).bootsCommand(),
  explain: async () => (await import('./explain.ts')).explainCommand(),
  preflight: async () => (await import('./preflight.ts')).preflightCommand(),
  render: async () => (await import('./render.ts')).renderCommand(),
  'root-script': async () => (await import('./root-script.ts')).rootScriptCommand(),
  dhcp: async () => (await import('./dhcp/dhcp.ts')).dhcpCommand(),
  demo: async () => (await import('./demo/demo.ts')).demoCommand(),
  completion: async () => (await import('./completion/completion.ts')).completionCommand(() => program(undefined)),
}

/** The command line, with the command that the first argument names; with all of them where it names none. */
export async function program(firstArgument: string | undefined): Promise<Command> {
  const program = new Command('bootring')
    .description(description)
    .version(version)
    .showHelpAfterError('(bootring --help shows the commands; bootring <command> --help its options)')
  const named = firstArgument !== undefined && Object.hasOwn(commands, firstArgument) ? [firstArgument] : undefined
  for (const name of named ?? Object.keys(commands)) {
    const load = commands[name]
    if (load) program.addCommand(await load())
  }
  return program
}
