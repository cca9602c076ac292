import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify, stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { textWidth } from '../../src/commands/terminal/text-width.ts'

const run = promisify(execFile)
const bootring = fileURLToPath(new URL('../../bin/bootring', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'bootring-terminal-'))
const config = join(folder, 'bootring.conf')
const longName = 'a-node-whose-name-is-longer-than-any-terminal-is-wide-for-a-table-of-many-columns'

beforeAll(() => {
  const database = join(folder, 'bootring.sqlite')
  writeFileSync(config, `[DEFAULT]\nstate_path = ${folder}\n[database]\nconnection = sqlite:///${database}\n`)
  writeFileSync(
    join(folder, 'fleet.yaml'),
    `nodes:\n  - {name: ${longName}, driver: fake-hardware, ports: [{address: "52:54:00:00:00:01"}]}\n`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a command at a real pseudo-terminal of 70 columns, where standard output and standard error are one. */
async function atTerminal(args: string[], env: Record<string, string> = {}): Promise<string> {
  const command = `stty cols 70; exec '${bootring}' ${args.map((word) => `'${word}'`).join(' ')} --config-file '${config}'`
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !['NO_COLOR', 'FORCE_COLOR', 'CI'].includes(name)),
  )
  const { stdout } = await run('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...clean, TERM: 'xterm', SHELL: '/bin/sh', ...env },
  })
  return stdout.replaceAll('\r\n', '\n')
}

it('shows colours and progress at a terminal, in tables that fit, and neither elsewhere', async () => {
  expect(await atTerminal(['db', 'upgrade'])).toContain('\r\u001b[KApplying 0001-conductors\r\u001b[K')
  const loaded = await atTerminal(['apply', join(folder, 'fleet.yaml')])
  expect(loaded).toContain('\r\u001b[KLoading 1 node [####################] 2/2')
  expect(loaded).toContain(`\r\u001b[K\u001b[32mcreated\u001b[39m ${longName}`)

  const shown = await atTerminal(['ring'])
  expect(shown).toContain('\u001b[1mCONDUCTOR\u001b[22m')
  const lines = stripVTControlCharacters(shown).split('\n')
  expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(70)
  expect(shown).toContain('a-n')
  expect(shown).toMatch(/ [0-9a-f]{8}-[0-9a-f-]{27} /)
  expect(shown).not.toContain(longName)

  const plain = await atTerminal(['ring'], { NO_COLOR: '1' })
  expect(plain).toBe(stripVTControlCharacters(shown))

  const { stdout, stderr } = await run(bootring, ['ring', '--config-file', config], {
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '0' },
  })
  expect(stdout).toContain(`\n${longName}  `)
  for (const unwanted of ['\t', '\u001b', '…']) expect(stdout).not.toContain(unwanted)
  expect(stderr).toBe('')

  const quiet = await atTerminal(['apply', join(folder, 'fleet.yaml'), '--json'])
  expect(JSON.parse(quiet)).toMatchObject({ unchanged: [{ name: longName }] })
}, 60_000)
