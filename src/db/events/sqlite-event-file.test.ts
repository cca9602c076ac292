import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { endsText } from './sqlite-event-file.ts'
import { sqliteEventSchema } from './sqlite-event-schema.ts'

it('finds the first and the last event without a walk through all of them', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(sqliteEventSchema)
  const plan = database.prepare(`explain query plan ${endsText}`).all()
  expect(plan.map(({ detail }) => detail)).not.toContainEqual(expect.stringMatching(/^SCAN bootring/))
  database.close()
})
