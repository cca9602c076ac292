import { describe, expect, it } from 'vitest'
import { AddressShares } from './address-shares.ts'

describe('AddressShares', () => {
  it('gives each address its share, and what was given back again', () => {
    const shares = new AddressShares({ most: 2 })
    const [first, second, third] = [shares.take('a'), shares.take('a'), shares.take('a')]
    expect([first, second, third]).toEqual([expect.any(Function), expect.any(Function), undefined])
    expect(shares.take('b')).toBeDefined()
    first?.()
    expect([shares.take('a'), shares.take('a')]).toEqual([expect.any(Function), undefined])
  })

  it('bounds nothing for those that stand for many', () => {
    const shares = new AddressShares({ most: 1, isExempt: (address) => address === 'proxy' })
    expect([1, 2, 3].map(() => shares.take('proxy') === undefined)).toEqual([false, false, false])
    expect([1, 2].map(() => shares.take('a') === undefined)).toEqual([false, true])
  })
})
