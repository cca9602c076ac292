import { expect, it } from 'vitest'
import { StatementDeadline } from './statement-deadline.ts'

function deadlines(seconds: number, statements: string[]): number[] {
  const deadline = new StatementDeadline(seconds)
  return statements.map((statement) => deadline.milliseconds(statement))
}

it('gives statements within a transaction more time, up to its end', () => {
  const statements = ['select 1', 'begin', 'update t', 'rollback to savepoint a', 'commit', 'select 1']
  expect(deadlines(5, statements)).toEqual([5000, 5000, 120_000, 120_000, 120_000, 5000])
  expect(deadlines(5, ['set transaction isolation level read committed', 'begin', 'rollback', 'x'])).toEqual([
    5000, 5000, 120_000, 5000,
  ])
  expect(deadlines(5, ['start transaction isolation level read committed', 'x'])).toEqual([5000, 120_000])
})

it('never gives them less', () => {
  expect(deadlines(300, ['begin', 'x', 'commit'])).toEqual([300_000, 300_000, 300_000])
})
