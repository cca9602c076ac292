import { expect, it } from 'vitest'
import { postgresql } from '../dialects/postgresql.ts'
import { translator } from '../translate.ts'
import { withPoolerAdvice } from './pooler-refusal.ts'

it("says what to do about PgBouncer's refusal, and only about that", () => {
  const refusal = Object.assign(new Error('unsupported startup parameter: options'), { code: '08P01' })
  expect(translator(postgresql, 'here')(withPoolerAdvice(refusal))).toMatchObject({
    code: 'DatabaseUnavailable',
    message: expect.stringMatching(/startup parameter: options: a pooler refuses .* connect to PostgreSQL itself/),
  })
  const other = new Error('something else')
  expect(withPoolerAdvice(other)).toBe(other)
})
