import { expect, it } from 'vitest'
import { RecentLatencies } from './recent-latencies.ts'

it('does not know before there were some answers', () => {
  const latencies = new RecentLatencies()
  for (let i = 0; i < 31; i++) latencies.add(5)
  expect(latencies.p95).toBeUndefined()
  latencies.add(5)
  expect(latencies.p95).toBe(5)
})

it('says what one in twenty took longer than', () => {
  const latencies = new RecentLatencies()
  for (let i = 0; i < 256; i++) latencies.add(i % 10 === 0 ? 100 : 2)
  expect(latencies.p95).toBe(100)
  for (let i = 0; i < 256; i++) latencies.add(i % 100 === 0 ? 100 : 2)
  expect(latencies.p95).toBe(2)
})
