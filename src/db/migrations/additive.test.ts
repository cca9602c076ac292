import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const folder = new URL('.', import.meta.url)
const files = readdirSync(folder).filter((name) => /^\d{4}-.*\.ts$/.test(name) && !name.endsWith('.test.ts'))

// The release before works with the new schema while its processes are restarted one after the other.
it.each(files)('%s takes nothing away from the release before', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8')
  const takesAway =
    /\b(?:drop(?:Table|Column|Index|Constraint)|rename(?:To|Column)|(?:modify|alter)Column|deleteFrom)\b|\b(?:drop|rename|truncate|delete)\s+(?:table|column|index|constraint|from)\b/i
  expect(takesAway.exec(text)?.[0]).toBeUndefined()
})

it('looks at all of them', () => {
  expect(files.length).toBeGreaterThanOrEqual(3)
})
