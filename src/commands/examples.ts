import type { Command } from 'commander'

/** A call as it is typed at a shell, and what it is good for. */
export interface Example {
  call: string
  meaning: string
}

const examples = new WeakMap<Command, readonly Example[]>()

/** Has `--help` end with examples: what each is good for, by the call. */
export function addExamples<C extends Command>(command: C, meanings: Readonly<Record<string, string>>): C {
  const given = Object.entries(meanings).map(([call, meaning]) => ({ call, meaning }))
  examples.set(command, given)
  const lines = given.flatMap(({ call, meaning }) => [`  # ${meaning}`, `  ${call}`])
  return command.addHelpText('after', ['\nExamples:', ...lines].join('\n'))
}

/** For the pages that are made from the commands. */
export function examplesOf(command: Command): readonly Example[] {
  return examples.get(command) ?? []
}
