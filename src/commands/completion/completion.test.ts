import { Argument, Command, Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { bashCompletion } from './bash-completion.ts'
import { commandShape } from './command-shape.ts'
import { fishCompletion } from './fish-completion.ts'
import { zshCompletion } from './zsh-completion.ts'

const tool = new Command('bootring').addCommand(
  new Command('check')
    .description("look at what's there; in [detail]")
    .addArgument(new Argument('[nodes...]', 'which').choices(['one', 'two']))
    .addOption(new Option('--level <level>', 'how much: of all').choices(['low', 'so so']))
    .option('--template <file>', 'a file')
    .option('-o, --out <folder>', 'a folder')
    .option('--host <name>', 'a name')
    .addOption(new Option('--secret').hideHelp()),
)
const shape = commandShape(tool)

describe('the shape of a command', () => {
  it('is what its definition says', () => {
    expect(shape.commands).toEqual([
      {
        path: 'bootring check',
        name: 'check',
        description: "look at what's there",
        commands: [],
        arguments: [{ description: 'which', variadic: true, value: { kind: 'choices', choices: ['one', 'two'] } }],
        options: [
          ['--level', 'how much', { kind: 'choices', choices: ['low', 'so so'] }],
          ['--template', 'a file', { kind: 'files' }],
          [['--out', '-o'], 'a folder', { kind: 'folders' }],
          ['--host', 'a name', { kind: 'other' }],
          ['--help', 'display help', undefined],
        ].map(([flags, description, value]) => ({
          flags: [flags].flat(),
          description,
          value,
          repeatable: false,
        })),
      },
    ])
  })
})

describe('completion', () => {
  it('of bash knows values and arguments', () => {
    const script = bashCompletion(shape)
    expect(script).toContain(`"bootring check --level") words='low\nso\\ so' ;;`)
    expect(script).toContain('"bootring check -o") kind="-d" ;;')
    expect(script).toContain(`"bootring check "*) words='one\ntwo' ;;`)
    expect(script).not.toContain('secret')
  })

  it('of zsh quotes what zsh would read', () => {
    const script = zshCompletion(shape)
    expect(script).toContain("'check:look at what'\\''s there'")
    expect(script).toContain("'--level=[how much]:value:(low so\\ so)'")
    expect(script).toContain("'*:which:(one two)'")
    expect(script).toContain("'-o[a folder]:value:_files -/'")
  })

  it('of fish quotes what fish would read', () => {
    const script = fishCompletion(shape)
    expect(script).toContain("complete -c bootring -n '__bootring_at bootring' -a 'check' -d 'look at what\\'s there'")
    expect(script).toContain("-l level -r -f -a 'low \"so so\"' -d 'how much'")
    expect(script).toContain("-l out -s o -r -f -a '(__fish_complete_directories)' -d 'a folder'")
    expect(script).toContain("-n '__bootring_at bootring check' -f -a 'one two'")
  })
})
