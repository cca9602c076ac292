import { expect, it } from 'vitest'
import { isKnownSchema, mayDoWithoutHeartbeats, releasesOf } from './ironic-releases.ts'

it('names the releases that have a schema', () => {
  expect(releasesOf('4dbec778866e')).toBe('21.4')
  expect(releasesOf('aa2384fee727')).toBe('23.0 to 24.0')
  expect(releasesOf('0123456789ab')).toBe('newer than 39.0')
  expect([isKnownSchema('16990309ad9d'), isKnownSchema('0123456789ab')]).toEqual([true, false])
})

it('knows that Ironic can do without heartbeats from 22.1 on', () => {
  const heads = ['9ef41f07cb58', '4dbec778866e', '163040c5513f', 'd163df1bab88', '16990309ad9d', '0123456789ab']
  expect(heads.map(mayDoWithoutHeartbeats)).toEqual([false, false, false, true, true, true])
})
