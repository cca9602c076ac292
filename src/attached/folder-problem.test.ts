import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderProblem } from './folder-problem.ts'

it('says what keeps the files of a folder from being read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-folder-problem-'))
  try {
    writeFileSync(join(folder, 'file'), '')
    expect(await folderProblem(folder)).toBeUndefined()
    expect(await folderProblem(join(folder, 'nothing'))).toBe('is not there (ENOENT)')
    expect(await folderProblem(join(folder, 'file'))).toBe('is no folder (ENOTDIR)')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
