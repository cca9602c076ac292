import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { watchNodes } from './fleet-metrics.ts'

it('counts nodes once a minute, keeps the counts while it can not, and knows every state', async () => {
  const registry = new Registry()
  let [now, asked] = [0, 0]
  let answer = async () => [
    { provisionState: 'active', nodes: 7 },
    { provisionState: 'of a later release', nodes: 1 },
    { provisionState: null, nodes: 4 },
    { provisionState: 'of another one', nodes: 2 },
  ]
  const states = () => {
    asked += 1
    return answer()
  }
  watchNodes(registry, { states }, () => now)
  const lines = async () => (await registry.metrics()).split('\n')
  const first = [
    'bootring_nodes{state="active"} 7',
    'bootring_nodes{state="other"} 3',
    'bootring_nodes{state="available"} 4',
    'bootring_nodes{state="error"} 0',
  ]
  expect(await lines()).toEqual(expect.arrayContaining(first))
  now = 59_000
  answer = async () => [{ provisionState: 'active', nodes: 8 }]
  expect(await lines()).toEqual(expect.arrayContaining(first))
  expect(asked).toBe(1)
  now = 60_000
  const second = ['bootring_nodes{state="active"} 8', 'bootring_nodes{state="other"} 0']
  expect(await lines()).toEqual(expect.arrayContaining(second))
  now = 120_000
  answer = () => Promise.reject(new Error('database away'))
  expect(await lines()).toContain('bootring_nodes{state="active"} 8')
  expect(asked).toBe(3)
})
