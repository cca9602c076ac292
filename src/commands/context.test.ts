import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withFleet } from './context.ts'

it('makes no database where somebody only looks, with a wrong configuration perhaps', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-context-'))
  try {
    const config = join(folder, 'bootring.conf')
    writeFileSync(config, `[DEFAULT]\nstate_path = ${join(folder, 'state')}\n`)
    await expect(withFleet({ configFile: [config] }, async () => 'looked')).rejects.toThrow(
      `there is no database ${join(folder, 'state', 'bootring.sqlite')}: give the same --config-file`,
    )
    expect(existsSync(join(folder, 'state'))).toBe(false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
