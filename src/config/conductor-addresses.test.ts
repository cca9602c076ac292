import { describe, expect, it } from 'vitest'
import { BootringError } from '../model/errors.ts'
import { checkConductorAddresses, parseConductorAddresses } from './conductor-addresses.ts'

describe("the addresses of bootring's conductors", () => {
  it('stand under registered names, which may be opaque and hold a port', () => {
    const items = [
      'cond-1=192.0.2.11',
      'cond-1:8099 = cond-1.example.org:8190',
      '[2001:db8::1]:8099=[2001:db8::2]:8190',
      '2001:db8::3=2001:db8::4',
      'rack=7=[2001:db8::5]',
    ]
    expect(Object.fromEntries(parseConductorAddresses(items))).toEqual({
      'cond-1': { host: '192.0.2.11' },
      'cond-1:8099': { host: 'cond-1.example.org', port: 8190 },
      '[2001:db8::1]:8099': { host: '2001:db8::2', port: 8190 },
      '2001:db8::3': { host: '2001:db8::4' },
      'rack=7': { host: '2001:db8::5' },
    })
    expect(parseConductorAddresses([]).size).toBe(0)
  })

  it.each([
    '',
    'cond-1',
    '=192.0.2.1',
    'a=',
    'a=b c',
    'a=host:0',
    'a=host:99999',
    'a=[host]',
    'a=[::1',
    'a=192.0.2.999',
  ])('can not be %j', (item) => {
    expect(checkConductorAddresses([item])).toMatch(/^<name>=<host>.*not /)
    expect(() => parseConductorAddresses([item])).toThrow(BootringError)
  })

  it('are given once for each name', () => {
    expect(checkConductorAddresses(['a=b', 'c=d', 'a=e'])).toBe('each name once, but a is there twice')
  })
})
