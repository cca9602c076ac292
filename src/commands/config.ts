import { Command } from 'commander'
import { checkConfig } from '../config/load.ts'
import { formatProblem, type Problem } from '../config/problem.ts'
import { renderReference } from '../config/reference.ts'
import { renderSample } from '../config/sample.ts'
import { printable } from '../model/printable.ts'
import { addExamples } from './examples.ts'
import { hardwareOptionProblems } from './hardware-option-problems.ts'
import { hostHints } from './host-hints.ts'
import { addConfigOptions, type ConfigOptions, loadFromOptions, loadRequest } from './options.ts'
import { counted } from './terminal/counted.ts'
import type { Output } from './terminal/output.ts'
import { painter } from './terminal/painter.ts'

/** `bootring config sample | check | reference`. */
export function configCommand(output: Output = process.stdout): Command {
  const command = new Command('config').description('show and check options')

  addExamples(command.command('sample'), {
    'bootring config sample > bootring.conf': 'begin a configuration',
  })
    .description('print a configuration file with every option in it, commented out')
    .action(() => {
      output.write(renderSample())
    })

  const check = addExamples(command.command('check'), {
    'bootring config check': 'the files that the servers on this host read',
    'bootring config check --config-file bootring.conf': 'a file, before it goes to the hosts',
    'bootring config check --attached': "Ironic's options, and what a conductor on this host would miss",
  })
  addConfigOptions(check, { attached: true })
    .description('say what is wrong in the configuration; exit 1 if anything is')
    .option('--json', 'print JSON')
    .action((options: ConfigOptions & { json?: true }) => {
      const request = loadRequest(options)
      const { mode, problems: ofEach, rest, warnings: ofOptions, optionsSet } = checkConfig(request)
      const attached = mode === 'attached'
      const problems = attached ? ofEach : [...ofEach, ...hardwareOptionProblems(rest)]
      const warnings =
        problems.length === 0 ? [...ofOptions, ...hostHints(loadFromOptions(options).installation)] : ofOptions
      if (options.json) {
        const report = {
          mode,
          files: request.files,
          options_set: optionsSet,
          problems: problems.map(withMessage),
          warnings: warnings.map(withMessage),
        }
        output.write(`${JSON.stringify(report, null, 2)}\n`)
      } else {
        const paint = painter(output)
        for (const warning of warnings) {
          output.write(`${paint('yellow', 'warning:')} ${printable(formatProblem(warning))}\n`)
        }
        for (const problem of problems) output.write(`${printable(formatProblem(problem))}\n`)
        const summary = summarize(optionsSet, request.files.length, problems.length)
        output.write(`${paint(problems.length === 0 ? 'green' : 'red', summary)}\n`)
      }
      if (problems.length > 0) process.exitCode = 1
    })

  addExamples(command.command('reference'), {
    'bootring config reference > options.md': 'each option with its type, its default and its meaning',
  })
    .description('print the reference of all options, in Markdown')
    .action(() => {
      output.write(renderReference())
    })

  return command
}

function withMessage(problem: Problem): Problem & { message: string } {
  return { ...problem, message: formatProblem(problem) }
}

function summarize(options: number, files: number, problems: number): string {
  const found = problems === 0 ? 'no problems' : counted(problems, 'problem')
  return `${counted(options, 'option')} set in ${counted(files, 'file')}, ${found}`
}
