import { Argument, Command } from 'commander'
import { addExamples } from '../examples.ts'
import type { Output } from '../terminal/output.ts'
import { bashCompletion } from './bash-completion.ts'
import { commandShape } from './command-shape.ts'
import { fishCompletion } from './fish-completion.ts'
import { zshCompletion } from './zsh-completion.ts'

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }

/** `bootring completion bash | zsh | fish`. `everything`: the command line with all commands loaded. */
export function completionCommand(everything: () => Promise<Command>, output: Output = process.stdout): Command {
  const command = addExamples(new Command('completion'), {
    'bootring completion bash > /etc/bash_completion.d/bootring': 'for everybody on this host',
  })
  return command
    .description('print what makes a shell complete the commands, options and files of this command line')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(shells)))
    .action(async (shell: keyof typeof shells) => {
      output.write(shells[shell](commandShape(await everything())))
    })
}
