import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { program } from '../src/commands/program.ts'
import { manPageFiles, writeManPages } from '../tools/man-pages.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootring-man-'))
beforeAll(() => writeManPages(folder), 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a reader sees, one paragraph a line. */
const shown = (page: string): string =>
  execFileSync('groff', ['-man', '-Tascii', '-P-c', '-P-b', '-P-u', '-rLL=1000n', join(folder, page)], {
    encoding: 'utf8',
  })

describe('the man pages', () => {
  it('are what groff has nothing to say about', () => {
    const pages = readdirSync(folder).map((name) => join(folder, name))
    expect(pages.length).toBeGreaterThan(10)
    const { status, stderr } = spawnSync('groff', ['-ww', '-man', '-Tascii', '-z', ...pages], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    for (const page of pages) expect(readFileSync(page, 'utf8')).toMatch(/^[ -~\n]+$/)
  })

  it('are all named in package.json (else: node tools/reference.ts)', async () => {
    const { man } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { man: string[] }
    expect(man).toEqual(await manPageFiles())
    expect(man.map((file) => file.replace('./dist/man/', '')).toSorted()).toEqual(readdirSync(folder).toSorted())
  })

  it('name each command, option and argument as they are typed', async () => {
    const { commands } = await program(undefined)
    const root = shown('bootring.1')
    for (const top of commands) {
      for (const command of top.commands.length > 0 ? top.commands : [top]) {
        const path = command === top ? [top.name()] : [top.name(), command.name()]
        expect(root).toContain(`bootring ${path.join(' ')}\n`)
        const page = shown(`bootring-${path.join('-')}.1`)
        for (const { flags } of command.options) expect(page).toContain(flags)
        for (const argument of command.registeredArguments) expect(page).toContain(argument.name())
        expect(page).toContain(`bootring-${path.join('-')} - `)
      }
    }
  })

  it('hide nothing that roff would take for its own', () => {
    expect(shown('bootring-conductor-drain.1')).toContain('(default: the one of this host)')
    expect(shown('bootring-config-check.1')).toContain("oslo.config's INI form")
    expect(shown('bootring-config-check.1')).toContain('whose *.conf files')
  })
})
