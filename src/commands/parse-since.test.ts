import { expect, it } from 'vitest'
import { parseSince } from './parse-since.ts'

it('reads times', () => {
  const now = Date.UTC(2026, 0, 31, 12)
  expect(['90s', '30m', '12h', '7d'].map((text) => now - parseSince(text, now))).toEqual([
    90_000, 1_800_000, 43_200_000, 604_800_000,
  ])
  expect(parseSince('2026-01-30T12:00:00Z', now)).toBe(now - 86_400_000)
  for (const text of ['', 'yesterday', '5', '5w', '-5m', '2026-13-01']) expect(() => parseSince(text, now)).toThrow()
})
