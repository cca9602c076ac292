import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { missingForClients } from '../../lab/clients/missing-for-clients.ts'
import { clientEnvironment, OpenstackShell } from '../../lab/clients/openstack-shell.ts'
import { describeWith } from '../../support/describe-with.ts'

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url))

/** What stands after `openstack baremetal` in the pages, as lines of their own and within sentences. */
const calls = readdirSync(docs)
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) => {
    const text = readFileSync(`${docs}${page}`, 'utf8')
    return [...text.matchAll(/^ {4}openstack baremetal (.+)$|`openstack baremetal ([^`\n]+)`/gm)].map((match) => ({
      page,
      // What is quoted is a value.
      words: (match[1] ?? match[2] ?? '').replaceAll(/'[^']*'|"[^"]*"/g, '""').split(' '),
    }))
  })

/** The words before the first argument: names of ours hold a digit, a hyphen or a colon. */
function commandOf(words: readonly string[]): string[] {
  const end = words.findIndex((word) => !/^[a-z]+$/.test(word))
  return end === -1 ? [...words] : words.slice(0, end)
}

describeWith(missingForClients(), 'openstack baremetal, as documented', () => {
  let shell: OpenstackShell

  beforeAll(() => {
    // Help asks no API.
    shell = new OpenstackShell(clientEnvironment('http://127.0.0.1:9'))
  })
  afterAll(() => shell?.close())

  it('has each command and option that the pages name', async () => {
    /** Options by command; none of one that is not there. */
    const known = new Map<string, Set<string> | undefined>()
    for (const command of calls.map(({ words }) => commandOf(words))) {
      const key = command.join(' ')
      if (known.has(key)) continue
      const { stdout } = await shell.run(...command, '--help')
      // Help for what is not there names what is like it.
      const isThere = stdout.replaceAll(/\s+/g, ' ').includes(`baremetal ${key} [-h]`)
      known.set(key, isThere ? new Set(stdout.match(/--[a-z-]+/g)) : undefined)
    }
    const wrong = calls.filter(({ words }) => {
      const options = known.get(commandOf(words).join(' '))
      return words.some((word) => word.startsWith('--') && !options?.has(word.replace(/=.*/, ''))) || !options
    })
    expect(wrong).toEqual([])
    expect(known.size).toBeGreaterThan(30)
  })
})
