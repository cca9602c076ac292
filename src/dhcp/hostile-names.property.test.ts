import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMac } from '../model/mac.ts'
import type { JsonObject } from '../model/node.ts'
import { dnsmasqConfiguration } from './dnsmasq.ts'
import { parseIp } from './ip-address.ts'
import { iscConfiguration, iscString } from './isc.ts'
import { keaConfiguration } from './kea.ts'
import { loaders } from './loaders.ts'
import type { NetworkPlan } from './network-plan.ts'
import { hostNameOf, isFileName, isPlainPath, urlProblem } from './plain-text.ts'
import { readSubnet } from './read-subnet.ts'
import { ReservationCollector } from './reservations.ts'

/*
 * Whoever may name a node may write anything. Whatever it is, a configuration differs from that of a harmless fleet in nothing but the
 * text of one host name.
 */

const uuid = '7f0fb1e5-1b77-4c5a-9f2e-0123456789ab'

const subnet = readSubnet({ subnet: '192.0.2.0/24' }, { interfaceOf: () => 'eth0' }, (field, problem) => {
  throw new Error(`${field}: ${problem}`)
})
const tftp = parseIp('192.0.2.5')
const mac = parseMac('52:54:00:00:00:01')
if (!subnet || !tftp || !mac) throw new Error('bad fixture')

function configurations(name: string | null, extra: JsonObject = {}): string[] {
  const collector = new ReservationCollector(subnet ? [subnet] : [])
  if (mac) collector.add({ uuid, name, extra, driverInfo: {}, ports: [{ address: mac, pxeEnabled: true, extra }] })
  const plan: NetworkPlan = {
    scriptUrls: { 4: 'http://192.0.2.5/boot.ipxe' },
    tftpServers: tftp ? { 4: tftp } : {},
    httpFolders: { 4: 'http://192.0.2.5' },
    loaders: { bios: loaders.bios.file, x64: loaders.x64.file, ia32: loaders.ia32.file, arm64: loaders.arm64.file },
    subnets: subnet ? [subnet] : [],
    reservations: collector.reservations,
    origin: [],
  }
  return [dnsmasqConfiguration(plan), keaConfiguration(plan, 4), iscConfiguration(plan, 4)]
}

/** Names that mean something in one of the formats, and any text at all. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        'a',
        'n1',
        '"',
        "'",
        '\\',
        '\n',
        '\r',
        '\0',
        ',',
        ';',
        '{',
        '}',
        '#',
        '//',
        '/*',
        '*/',
        ' ',
        '\t',
        '=',
        '[',
        ']',
        ':',
        '.',
        '-',
        '1h',
        'infinite',
        'ignore',
        'set:',
        'tag:',
        '10.0.0.1',
        '\u2028',
        '\u00e9',
        '<?include "/etc/passwd"?>',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
)

const harmless = configurations('harmless')

describe('a hostile name', () => {
  it('changes nothing in any configuration but the host name, and that is plain', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const hostName = hostNameOf({ uuid, name })
        expect(hostName).toMatch(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i)
        const expected = harmless.map((text) => text.replaceAll('harmless', hostName))
        expect(configurations(name)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('nor does what a node has in extra', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.anything()), (value) => {
        const texts = configurations('harmless', { ip_address: value, ipv6_address: value })
        const address = typeof value === 'string' ? parseIp(value.split('/')[0] ?? '') : undefined
        if (address === undefined) expect(texts).toEqual(harmless)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    '10.0.0.1',
    '1h',
    '3600',
    'infinite',
    'ignore',
    '52-54-00-00-00-02',
    '0',
    'x'.repeat(64),
    'a..b',
    '-a',
    'a-',
    'a_b',
    '',
  ])('%j, which dnsmasq would take for something else or refuse, is no host name', (name) =>
    expect(hostNameOf({ uuid, name })).toBe(uuid),
  )

  it.each(['rack1-n1', 'N1', 'n1.example.org', '1u-left'])('%j is one', (name) =>
    expect(hostNameOf({ uuid, name })).toBe(name),
  )
})

describe('what an operator names', () => {
  const breaking = /["'\\\s,;{}#<>]/
  it('is refused where it would have to be quoted', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        if (isPlainPath(text) || isFileName(text) || urlProblem(`http://192.0.2.5/${text}`) === undefined)
          expect(text).not.toMatch(breaking)
        if (/["\\]/.test(text)) expect(() => iscString(text)).toThrow(RangeError)
      }),
      { numRuns: 500 },
    )
  })
})
