import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { originOf, parseConductorHostname } from './conductor-address.ts'

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
