import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sections } from './config.ts'
import { renderReference } from './reference.ts'

describe('the reference of options', () => {
  it('is up to date (else: bin/bootring config reference > docs/reference/options.md)', () => {
    expect(readFileSync(new URL('../../docs/reference/options.md', import.meta.url), 'utf8')).toBe(renderReference())
  })

  it('has a row with four cells for every option', () => {
    const rows = renderReference()
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    expect(rows).toHaveLength(Object.values(sections).flatMap((section) => Object.keys(section)).length)
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(6)
  })
})
