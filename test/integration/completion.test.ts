import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/describe-with.ts'

const run = promisify(execFile)
const bootring = fileURLToPath(new URL('../../bin/bootring', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'bootring-completion-'))

beforeAll(async () => {
  mkdirSync(join(folder, 'a folder'))
  for (const name of ['a file.conf', 'fleet.yaml']) writeFileSync(join(folder, name), '')
  const scripts = ['bash', 'zsh', 'fish'].map(async (shell) => {
    writeFileSync(join(folder, `completion.${shell}`), (await run(bootring, ['completion', shell])).stdout)
  })
  await Promise.all(scripts)
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What makes either shell show the words that a line has come to be. */
const setUp = {
  'bash --norc --noprofile -i': ['source completion.bash'],
  'zsh -f -i': ['autoload -Uz compinit; compinit -u -D', 'source ./completion.zsh'],
}

/** Types these lines into a real shell at a pseudo-terminal, and answers the words that each came to be. */
async function typed(shellCommand: keyof typeof setUp, lines: readonly string[]): Promise<string[]> {
  const shell = spawn('script', ['--quiet', '--return', '--command', shellCommand, '/dev/null'], {
    cwd: folder,
    env: {
      ...process.env,
      HOME: folder,
      TERM: 'dumb',
      SHELL: '/bin/sh',
      PS1: '$ ',
      HISTFILE: '/dev/null',
      INPUTRC: '/dev/null',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const closed = once(shell, 'close')
  const show = `bootring() { printf 'words:'; printf ' <%s>' "$@"; echo; }`
  shell.stdin.end(`${[show, ...setUp[shellCommand], ...lines, 'exit'].join('\n')}\n`)
  await closed
  return [...output.matchAll(/^words: (.*?)\r*$/gm)].map(([, words]) => words ?? '')
}

const shells = ['/usr/bin/zsh', '/usr/bin/fish'].every((path) => existsSync(path))

describeWith(shells ? undefined : 'zsh and fish (Debian packages of these names)', 'completion', () => {
  it.each([
    // bash puts a slash after a folder, zsh takes it away again at the end of the line; after `--from` zsh puts an `=`.
    ['bash --norc --noprofile -i', { folder: '<a folder/>', from: '<--from> <192.0.2.1>' }],
    ['zsh -f -i', { folder: '<a folder>', from: '<--from=192.0.2.1>' }],
  ] as const)(
    '%s completes commands, options, choices and files',
    async (shell, own) => {
      const lines = {
        'bootring conf\tch\t--js\t': '<config> <check> <--json>',
        'bootring apply fl\t--dr\t': '<apply> <fleet.yaml> <--dry-run>',
        'bootring ring --config-file=a\\ fi\t--js\t': '<ring> <--config-file=a file.conf> <--json>',
        'bootring ring --config-dir a\t': `<ring> <--config-dir> ${own.folder}`,
        'bootring completion z\t': '<completion> <zsh>',
        'bootring explain 52:54:00:00:00:01 --fr\t192.0.2.1 --js\t': `<explain> <52:54:00:00:00:01> ${own.from} <--json>`,
        'bootring conductor --config-file a\\ fi\tdr\t--can\t':
          '<conductor> <--config-file> <a file.conf> <drain> <--cancel>',
        'bootring boots --verdict scr\tf\t--st\t': '<boots> <--verdict> <script fetched, kernel never> <--steps>',
        // Nothing to offer is nothing, not a file.
        'bootring db fl\t': '<db> <fl>',
        'bootring explain fl\t--from fl\t': '<explain> <fl--from> <fl>',
      }
      expect(await typed(shell, Object.keys(lines))).toEqual(Object.values(lines))
    },
    60_000,
  )

  it('fish completes commands, options, choices and files', async () => {
    const lines: Record<string, string[]> = {
      'bootring conf': ['config'],
      'bootring config ch': ['check'],
      'bootring config check --js': ['--json'],
      'bootring apply fl': ['fleet.yaml'],
      'bootring ring --config-file=a\\ fi': ['--config-file=a file.conf'],
      'bootring ring --config-dir a': ['a folder/'],
      'bootring completion z': ['zsh'],
      'bootring explain 52:54:00:00:00:01 --fr': ['--from'],
      'bootring conductor --config-file x dr': ['drain'],
      'bootring boots --verdict "script f': ['script fetched, kernel never'],
      'bootring db fl': [],
      'bootring explain --from fl': [],
    }
    const asked = Object.keys(lines).map((line) => `echo "line:"; complete -C '${line}'`)
    const program = ['source completion.fish', ...asked].join('\n')
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
    const { stdout } = await run('fish', ['--no-config', '-c', program], { cwd: folder, env })
    const answers = stdout
      .split('line:\n')
      .slice(1)
      .map((text) => text.split('\n').flatMap((line) => line.split('\t')[0] || []))
    expect(answers).toEqual(Object.values(lines))
  }, 60_000)

  it('prints what each shell reads without a complaint', async () => {
    for (const [shell, check] of [
      ['bash', '-n'],
      ['zsh', '-n'],
      ['fish', '--no-execute'],
    ] as const)
      expect(await run(shell, [check, join(folder, `completion.${shell}`)])).toEqual({ stdout: '', stderr: '' })
  })
})
