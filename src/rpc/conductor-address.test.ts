import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conductorAddress, originOf, parseConductorHostname, showAddress } from './conductor-address.ts'

describe('parseConductorHostname', () => {
  it.each([
    ['cond-1.lab.example', { host: 'cond-1.lab.example', port: 8089 }],
    ['cond_1', { host: 'cond_1', port: 8089 }],
    ['cond-1:8090', { host: 'cond-1', port: 8090 }],
    ['192.0.2.1', { host: '192.0.2.1', port: 8089 }],
    ['192.0.2.1:1', { host: '192.0.2.1', port: 1 }],
    ['::1', { host: '::1', port: 8089 }],
    ['::1:8090', { host: '::1:8090', port: 8089 }],
    ['[::1]', { host: '::1', port: 8089 }],
    ['[2001:db8::5]:65535', { host: '2001:db8::5', port: 65535 }],
  ])('reads %s', (hostname, address) => {
    expect(parseConductorHostname(hostname, 8089)).toEqual(address)
  })

  it.each([
    '',
    ' ',
    'a b',
    'a/b',
    'user@host',
    'host:',
    'host:0',
    'host:65536',
    'host:x',
    '[::1',
    '[host]:1',
    '[::1]x',
    'fe80::1%eth0',
    'a:b:c',
    'host?x',
    'h#x',
    'a\nb',
    'http://host',
  ])('refuses %j', (hostname) => {
    expect(parseConductorHostname(hostname, 8089)).toBeUndefined()
  })

  it('lets nothing but a host into a URL', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
        (hostname) => {
          const address = parseConductorHostname(hostname, 8089)
          if (address === undefined) return
          const origin = originOf(address, 'http')
          if (!URL.canParse(origin)) return
          const url = new URL(origin)
          expect([url.username, url.password, url.pathname, url.search, url.hash]).toEqual(['', '', '/', '', ''])
        },
      ),
    )
  })
})

describe('originOf', () => {
  it('puts IPv6 into brackets', () => {
    expect(originOf({ host: '::1', port: 8089 }, 'https')).toBe('https://[::1]:8089')
    expect(originOf({ host: 'cond-1', port: 1 }, 'http')).toBe('http://cond-1:1')
  })
})

describe('conductorAddress', () => {
  const known = new Map([
    ['rack-7', { host: '192.0.2.7' }],
    ['opaque name', { host: '192.0.2.8', port: 1234 }],
    ['cond-3:8099', { host: '192.0.2.93' }],
    ['cond-3', { host: '192.0.2.3' }],
    ['2001:db8::7', { host: '2001:db8::17' }],
  ])

  it.each([
    ['cond-1', 'cond-1:8189'],
    ['cond-1:8099', 'cond-1:8189'],
    ['[2001:db8::1]:8099', '[2001:db8::1]:8189'],
    ['rack-7', '192.0.2.7:8189'],
    ['rack-7:8099', '192.0.2.7:8189'],
    ['opaque name', '192.0.2.8:1234'],
    ['opaque name:8099', '192.0.2.8:1234'],
    ['cond-3:8099', '192.0.2.93:8189'],
    ['cond-3:8100', '192.0.2.3:8189'],
    ['[2001:db8::7]:8099', '[2001:db8::17]:8189'],
    // The last group is no port.
    ['2001:db8::7:8099', '[2001:db8::7:8099]:8189'],
    ['another opaque name', undefined],
  ])('finds the neighbour of %s at %s', (hostname, expected) => {
    const address = conductorAddress(hostname, { defaultPort: 8089, portOfNeighbour: 8189, known })
    expect(address && showAddress(address)).toBe(expected)
  })

  it.each([
    ['cond-1', 'cond-1:8089'],
    ['cond-1:8099', 'cond-1:8099'],
    ['rack-7:8099', '192.0.2.7:8099'],
  ])('finds %s itself at %s', (hostname, expected) => {
    const address = conductorAddress(hostname, { defaultPort: 8089, known })
    expect(address && showAddress(address)).toBe(expected)
  })
})
