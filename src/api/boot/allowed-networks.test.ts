import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AllowedNetworks } from './allowed-networks.ts'

describe('AllowedNetworks', () => {
  it('allows everybody by default, unseen', () => {
    const networks = new AllowedNetworks(['0.0.0.0/0', '::/0'])
    expect(networks.everywhere).toBe(true)
    expect(networks.allows(undefined)).toBe(true)
    expect(networks.allows('192.0.2.1')).toBe(true)
  })

  it.each([
    ['192.0.2.7', true],
    ['::ffff:192.0.2.7', true],
    ['192.0.3.7', false],
    ['::ffff:192.0.3.7', false],
    ['2001:db8::1', true],
    ['2001:db9::1', false],
    ['fe80::1%eth0', true],
    ['not an address', false],
    ['', false],
    [undefined, false],
  ])('%s: %s', (address, allowed) => {
    const networks = new AllowedNetworks(['192.0.2.0/24', ' 2001:db8::/32', 'fe80::/10'])
    expect(networks.everywhere).toBe(false)
    expect([networks.allows(address), networks.allows(address)]).toEqual([allowed, allowed])
  })

  it('of one kind alone does not allow the other', () => {
    const ipv4 = new AllowedNetworks(['0.0.0.0/0'])
    expect([ipv4.everywhere, ipv4.allows('192.0.2.1'), ipv4.allows('2001:db8::1')]).toEqual([false, true, false])
  })

  it('allows nobody when empty, and throws on what is no network', () => {
    expect(new AllowedNetworks([]).allows('127.0.0.1')).toBe(false)
    expect(() => new AllowedNetworks(['192.0.2.0/33'])).toThrow()
    expect(() => new AllowedNetworks(['localhost'])).toThrow()
  })

  it('answers as the bits say, also for more clients than it remembers', { timeout: 60_000 }, () => {
    const networks = new AllowedNetworks(['10.0.0.0/9'])
    for (let i = 0; i < 20_000; i += 1) networks.allows(`10.${i >> 8}.${i & 255}.1`)
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [first, second] = address.split('.').map(Number)
        expect(networks.allows(address)).toBe(first === 10 && (second ?? 0) < 128)
      }),
    )
  })
})
