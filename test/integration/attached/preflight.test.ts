import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { preflightCommand } from '../../../src/commands/preflight.ts'
import { renderCommand } from '../../../src/commands/render.ts'
import { sqlite } from '../../../src/db/dialects/sqlite.ts'
import { nodeSqliteDialect } from '../../../src/db/sqlite/node-sqlite-dialect.ts'
import { StatementCache } from '../../../src/db/sqlite/statement-cache.ts'
import type { Tables } from '../../../src/db/tables.ts'
import { describeWith } from '../../support/describe-with.ts'
import { insertIronicRows } from '../../support/ironic-rows.ts'
import { createIronicSchema, ironicReleases, missingForSchema } from '../../support/ironic-schema.ts'

const present = ironicReleases.find((release) => missingForSchema(release) === undefined)

describeWith(present === undefined ? ironicReleases[0]?.source : undefined, 'preflight beside an Ironic', () => {
  let folder: string
  beforeAll(async () => {
    if (!present) throw new Error('no Ironic')
    folder = mkdtempSync(join(tmpdir(), 'bootring-preflight-'))
    const file = join(folder, 'ironic.sqlite')
    await createIronicSchema(present, `sqlite:///${file}`)
    const database = new DatabaseSync(file)
    const long = '2025-01-31 12:00:00.000000'
    const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(new StatementCache(database)) })
    await insertIronicRows(db, sqlite, { alive: long, killed: long })
    database.close()
    vi.stubEnv('OS_DATABASE__CONNECTION', `sqlite:///${file}`)
    vi.stubEnv('OS_DEFAULT__MY_IP', '127.0.0.1')
  })
  afterAll(() => {
    process.exitCode = undefined
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })

  async function run(command: typeof preflightCommand | typeof renderCommand, ...args: string[]): Promise<string> {
    let text = ''
    const output = {
      write(chunk: string) {
        text += chunk
      },
    }
    await command(output, { write: () => undefined }).parseAsync([...args, '--attached'], { from: 'user' })
    return text
  }

  it("looks at what Ironic's conductors serve, and asks nothing else of a node", async () => {
    const text = await run(preflightCommand, '--json', '--only', 'boot-files', '--only', 'drivers', '--only', 'urls')
    const { findings, nodes } = JSON.parse(text) as {
      nodes: number
      findings: { check: string; conductor: string | null; node: { name: string | null } | null; message: string }[]
    }
    expect(nodes).toBe(3)
    // Only one of them waits for its agent, and nobody is alive to serve it.
    expect(findings.filter(({ check }) => check === 'boot-files')).toMatchObject([
      { node: { name: 'node-01' }, message: expect.stringContaining('no conductor is registered and alive') },
    ])
    expect(findings.flatMap(({ conductor }) => conductor ?? [])).toEqual(['cond-1.example', 'cond-2.example:8090'])
    expect(findings.some(({ check }) => check === 'urls')).toBe(false)
    expect(process.exitCode).toBe(1)
  })

  it('renders nothing itself', async () => {
    expect(await run(renderCommand, 'node-01')).toContain('NoConductors: no conductor is registered and alive')
    await expect(run(renderCommand, 'node-01', '--state', 'active')).rejects.toMatchObject({ code: 'InvalidParameter' })
  })
})
