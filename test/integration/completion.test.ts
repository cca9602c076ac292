import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const run = promisify(execFile)
const bootring = fileURLToPath(new URL('../../bin/bootring', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'bootring-completion-'))

beforeAll(async () => {
  mkdirSync(join(folder, 'a folder'))
  for (const name of ['a file.conf', 'fleet.yaml']) writeFileSync(join(folder, name), '')
  for (const shell of ['bash', 'zsh']) {
    writeFileSync(join(folder, `completion.${shell}`), (await run(bootring, ['completion', shell])).stdout)
  }
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Types these lines into a real bash at a pseudo-terminal, and answers the words that each came to be. */
async function typed(lines: readonly string[]): Promise<string[]> {
  const shell = spawn('script', ['--quiet', '--return', '--command', 'bash --norc --noprofile -i', '/dev/null'], {
    cwd: folder,
    env: { ...process.env, TERM: 'dumb', SHELL: '/bin/sh', PS1: '$ ', HISTFILE: '/dev/null', INPUTRC: '/dev/null' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const closed = once(shell, 'close')
  const setUp = [`bootring() { printf 'words:'; printf ' <%s>' "$@"; echo; }`, 'source completion.bash']
  shell.stdin.end(`${[...setUp, ...lines, 'exit'].join('\n')}\n`)
  await closed
  return [...output.matchAll(/^words: (.*?)\r?$/gm)].map(([, words]) => words ?? '')
}

it('completes commands, options, choices and files in a real bash', async () => {
  const lines = {
    'bootring conf\tch\t--js\t': '<config> <check> <--json>',
    'bootring apply fl\t--dr\t': '<apply> <fleet.yaml> <--dry-run>',
    'bootring ring --config-file=a\\ fi\t--js\t': '<ring> <--config-file=a file.conf> <--json>',
    'bootring ring --config-dir a\t': '<ring> <--config-dir> <a folder/>',
    'bootring completion z\t': '<completion> <zsh>',
    'bootring explain 52:54:00:00:00:01 --fr\t192.0.2.1 --js\t':
      '<explain> <52:54:00:00:00:01> <--from> <192.0.2.1> <--json>',
    'bootring conductor --config-file a\\ fi\tdr\t--can\t':
      '<conductor> <--config-file> <a file.conf> <drain> <--cancel>',
    'bootring boots --verdict scr\tf\t--st\t': '<boots> <--verdict> <script fetched, kernel never> <--steps>',
    // Nothing to offer is nothing, not a file.
    'bootring db fl\t': '<db> <fl>',
  }
  expect(await typed(Object.keys(lines))).toEqual(Object.values(lines))
}, 60_000)

it('prints for zsh what is well formed', async () => {
  // What is written for zsh here is bash's grammar as well.
  await run('bash', ['-n', join(folder, 'completion.zsh')])
})
