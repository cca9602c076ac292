import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DhcpConfiguration } from './dhcp-configuration.ts'
import { bootFilesOf, type Scope } from './isc-settings.ts'
import { readDhcpFile } from './read-dhcp-file.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-isc-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const put = (text: string, name = 'dhcpd.conf'): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const read = (text: string): DhcpConfiguration => {
  const found = readDhcpFile(put(text))
  expect(found.server).toBe('isc')
  return found
}
const bootFiles = (text: string): string[] => {
  const found = read(text)
  expect(found.problems).toEqual([])
  return found.bootFiles.map(({ ipxe, line, value }) => `${line} ${ipxe} ${value}`)
}

describe('who is given what', () => {
  it('by the user class, as most have it', () => {
    expect(
      bootFiles(`# /etc/dhcp/dhcpd.conf
ddns-update-style none; authoritative;
option arch code 93 = unsigned integer 16; # RFC 4578
subnet 10.0.0.0 netmask 255.255.255.0 {
  range 10.0.0.100 10.0.0.200;
  next-server 10.0.0.1;
  if exists user-class and option user-class = "iPXE" {
    filename "http://10.0.0.1/boot.ipxe";
  } else if option arch = 00:07 or option arch = 00:09 {
    filename "snponly.efi";
  } elsif option arch = 00:0b { filename "arm64.efi"; }
  else {
    filename "undionly.kpxe";
  }
}
`),
    ).toEqual([
      '8 only http://10.0.0.1/boot.ipxe',
      '10 never snponly.efi',
      '11 never arm64.efi',
      '13 never undionly.kpxe',
    ])
  })

  it('by the options that only iPXE sends, under any name', () => {
    expect(
      bootFiles(`
option space gpxe;
option gpxe-encap-opts code 175 = encapsulate gpxe;
option gpxe.bus-id code 177 = string;
if not exists gpxe.bus-id { filename "undionly.kpxe"; } else { filename "http://boot/a"; }
subnet 10.1.0.0 netmask 255.255.0.0 {
  if not (exists gpxe-encap-opts or substring(option user-class, 1, 4) = 69:50:58:45) {
    filename "b.efi";
  }
}`),
    ).toEqual(['5 never undionly.kpxe', '5 only http://boot/a', '8 never b.efi'])
  })

  it.each([
    ['exists ipxe.http and option arch = 00:07 or option arch = 00:0b', 'only'],
    ['(exists ipxe.http and option arch = 00:07) or option arch = 00:0b', 'either'],
    ['option arch = 00:07 or not exists ipxe.http and option arch = 00:0b', 'either'],
    ['not exists ipxe.http and option arch = 00:07 or option arch = 00:0b', 'never'],
  ])('by `and` and `or` from the right: %s', (condition, whom) => {
    expect(bootFiles(`\nif ${condition} { filename "a"; }`)).toEqual([`2 ${whom} a`])
  })

  it('by the architecture first and iPXE within it, with a machine that neither branch knows', () => {
    expect(
      bootFiles(`
option arch code 93 = unsigned integer 16;
if option arch = 00:07 {
  if option user-class = "iPXE" { filename "http://boot/efi"; } else { filename "ipxe.efi"; }
} elsif option user-class = "iPXE" and option arch = 00:00 {
  filename "http://boot/bios";
} elsif option arch = 00:00 {
  filename "undionly.kpxe";
} else {
  filename "other.efi";
}`),
    ).toEqual([
      '4 only http://boot/efi',
      '4 never ipxe.efi',
      '6 only http://boot/bios',
      '8 never undionly.kpxe',
      // iPXE on arm64 falls through to it.
      '10 either other.efi',
    ])
  })

  it('by classes: the first one that fits wins, and over the subnet', () => {
    const classes = (first: string, second: string) => `
class "${first.slice(0, 4)}" { ${first.slice(4)} }
class "${second.slice(0, 4)}" { ${second.slice(4)} }
subnet 10.0.0.0 netmask 255.0.0.0 { filename "subnet.0"; }`
    const firmware =
      'pxe match if substring (option vendor-class-identifier, 0, 9) = "PXEClient"; filename "undionly.kpxe";'
    const ipxe = 'ipxe match if exists user-class and option user-class = "iPXE"; filename "http://boot/";'
    expect(bootFiles(classes(ipxe, firmware))).toEqual([
      '2 only http://boot/',
      '3 never undionly.kpxe',
      // Only for those that are neither.
      '4 never subnet.0',
    ])
    // Who is in the first one is not in the second.
    expect(bootFiles(classes('arch match if option arch = 00:07; filename "a.efi";', ipxe)).slice(0, 2)).toEqual([
      '2 either a.efi',
      '3 only http://boot/',
    ])
    expect(bootFiles(classes(firmware, ipxe)).slice(0, 2)).toEqual(['2 either undionly.kpxe', '3 never http://boot/'])
  })

  it('by subclasses', () => {
    expect(
      bootFiles(`
class "arch" { match substring(option vendor-class-identifier, 0, 20); }
subclass "arch" "PXEClient:Arch:00007" { if not exists ipxe.http { filename "snponly.efi"; } }
subclass "arch" "PXEClient:Arch:00000" { filename "undionly.kpxe"; }`),
    ).toEqual(['3 never snponly.efi', '4 either undionly.kpxe'])
  })

  it('by what is further inside, where the same is set outside', () => {
    expect(
      bootFiles(`
if option user-class = "iPXE" { filename "http://boot/"; } else { filename "ipxe.efi"; }
shared-network "rack" {
  subnet 10.0.0.0 netmask 255.255.255.0 { pool { range 10.0.0.2 10.0.0.9; filename "undionly.kpxe"; } }
}`),
    ).toEqual(['2 never http://boot/', '2 never ipxe.efi', '4 either undionly.kpxe'])
  })

  it('by the host and its group last of all, where there are no machines but hosts', () => {
    const hosts = `
filename "undionly.kpxe";
group {
  filename "http://boot/";
  host a { hardware ethernet 52:54:00:00:00:01; }
  host b { hardware ethernet 52:54:00:00:00:02; if exists ipxe.http { filename ""; } }
}`
    const range = 'subnet 10.0.0.0 netmask 255.0.0.0 { range 10.0.0.2 10.0.0.9; }'
    expect(bootFiles(`${hosts}\ndeny unknown-clients; ${range}`)).toEqual([
      '2 never undionly.kpxe',
      '4 never http://boot/',
    ])
    expect(bootFiles(`${hosts}\n${range}`)).toEqual(['2 either undionly.kpxe', '4 never http://boot/'])
  })

  it('by options 67 of DHCPv4 and 59 of DHCPv6', () => {
    expect(
      bootFiles(`option dhcp6.user-class code 15 = string;
option dhcp6.boot-url code 59 = string;
option dhcp6.vendor code 16 = { unsigned integer 32, unsigned integer 16, string };
if substring(option dhcp6.user-class, 2, 4) = "iPXE" { option dhcp6.boot-url "http://[fd77::1]/boot.ipxe"; }
else { option dhcp6.bootfile-url "tftp://[fd77::1]/snponly.efi"; }
option bootfile-name "all.ipxe";
option root-path "none";`),
    ).toEqual(['4 never http://[fd77::1]/boot.ipxe', '5 never tftp://[fd77::1]/snponly.efi', '6 either all.ipxe'])
  })

  it('by subclasses that name the user class, wherever they stand', () => {
    expect(
      bootFiles(`
class "all" { match option user-class; filename "http://boot/all"; }
class "substring" { match substring(option user-class, 0, 4); }
subclass "substring" 69:50:58:45 { filename "http://boot/"; }
subnet 10.0.0.0 netmask 255.0.0.0 { range 10.0.0.2; filename "ipxe.efi"; }
subclass "all" "iPXE"; subclass "all" "gPXE";`),
    ).toEqual(['2 only http://boot/all', '4 never http://boot/', '5 never ipxe.efi'])
    // The subclass over its class.
    expect(
      bootFiles(`class "a" { match option user-class; filename "snponly.efi"; }
subclass "a" "iPXE" { filename "http://boot/"; }`),
    ).toEqual(['1 never snponly.efi', '2 only http://boot/'])
  })

  it('by the cases of a switch, from the one that fits to a break', () => {
    expect(
      bootFiles(`
switch (option user-class) {
  filename "never.0";
  case "iPXE":
    filename "http://boot/"; break;
  case "other" : if exists arch { filename "arch.efi"; break; }
  default:
    filename "undionly.kpxe";
}`),
    ).toEqual(['5 only http://boot/', '6 never arch.efi', '8 never undionly.kpxe'])
    expect(
      bootFiles(`
switch (substring(option vendor-class-identifier, 15, 5)) {
  case "00007": case "00009": filename "snponly.efi";
  case "00000": if exists ipxe.http { filename "http://boot/"; }
}`),
    ).toEqual(['3 never snponly.efi', '4 only http://boot/'])
    expect(bootFiles('switch (option arch) { default: filename "all"; break; filename "none"; }')).toEqual([
      '1 either all',
    ])
  })

  it('by none of what follows a break', () => {
    expect(
      bootFiles('if exists ipxe.http { filename "a"; break; filename "b"; } filename "c.0"; break; filename "d";'),
    ).toEqual(['1 never a', '1 either c.0'])
  })

  it('by a vendor class of which iPXE has a part', () => {
    const of = (part: string, value: string) =>
      bootFiles(`
if substring(option vendor-class-identifier, ${part}) = "${value}" { filename "a"; }`)
    expect(of('15, 5', '00007')).toEqual(['2 either a'])
    expect(of('0, 4', 'HTTP')).toEqual(['2 never a'])
    expect(of('0, 20', 'PXEClient:Arch:00007')).toEqual(['2 either a'])
  })

  it('in capitals, by other names of options, and with what is nobody else than iPXE', () => {
    expect(
      bootFiles(`
IF EXISTS User-Class AND option USER-CLASS ~~ "^ipxe$" { FileName = "http://boot/"; }
ELSIF option ipxe.http = 1 { supersede server.filename "http://boot/2"; } ELSE { option dhcp.bootfile-name "A.efi"; }`),
    ).toEqual(['2 only http://boot/', '3 never http://boot/2', '3 never A.efi'])
  })

  it.each([
    ['if option user-class ~= "^i" { filename "a.efi"; }', 1],
    ['if substring(option user-class, 0, 2) = "iP" { filename "a.efi"; }', 1],
    ['set x = option user-class; if x = "iPXE" { filename "a.efi"; }', 1],
    ['if option vendor-class-identifier ~= "^HTTP" { filename "a.efi"; }', 1],
    ['filename "a.efi";\nif suffix(option user-class, 2) = "XE" { filename "http://boot/"; }', 2],
    ['on commit { filename "a.efi"; }', 1],
    ['option bootfile-name = concat("http://boot/", option host-name);', 0],
    ['default bootfile-name "a.efi";', 0],
  ])('is not judged where it is not understood: %s', (text, unknown) => {
    const found = read(`option ipxe.x code 1 = text;\n${text}`)
    expect(found.problems).toEqual([])
    expect(found.bootFiles.filter(({ ipxe }) => ipxe === 'unknown')).toHaveLength(unknown)
    expect(found.bootFiles.filter(({ ipxe }) => ipxe !== 'unknown')).toEqual([])
    expect(found.notJudged.at(-1)).toMatchObject({ line: text.includes('\n') ? 3 : 2 })
  })

  it('with conditions more than can be gone through', () => {
    const many = Array.from(
      { length: 40 },
      (_, index) => `if exists option-${index} { option x${index} 1; filename "${index}.efi"; }`,
    )
    expect(bootFiles(`${many.join('\n')}\nif exists ipxe.http { filename "http://boot/"; }`).at(-1)).toBe(
      '41 only http://boot/',
    )
  })
})

describe('reservations', () => {
  it('wherever they are, with who is answered', () => {
    put('host c { hardware ethernet 52:54:00:00:00:03; }\n', 'hosts.conf')
    const found = read(`
subnet 10.0.0.0 netmask 255.255.255.0 { host a { hardware ethernet 52:54:00:00:00:01; fixed-address 10.0.0.5; } }
group { host b {
  hardware ethernet 52:54:0:0:0:A; } }
include "hosts.conf";
include "gone.conf";
host d { option dhcp-client-identifier "d"; }`)
    const places = found.reservations.map(
      ({ address, file, line }) => `${file.replace(`${folder}/`, '')}:${line} ${address}`,
    )
    expect(places).toEqual([
      'dhcpd.conf:2 52:54:00:00:00:01',
      'dhcpd.conf:4 52:54:00:00:00:0A',
      'hosts.conf:1 52:54:00:00:00:03',
    ])
    expect(found.problems).toMatchObject([{ line: 6, message: expect.stringContaining('gone.conf') }])
    // No range: whoever has no reservation gets no address.
    expect(found.knownOnly).toBe(true)
  })

  it.each([
    ['subnet 10.0.0.0 netmask 255.0.0.0 { range 10.0.0.2 10.0.0.9; }', false],
    ['deny unknown-clients; subnet 10.0.0.0 netmask 255.0.0.0 { range 10.0.0.2 10.0.0.9; }', true],
    ['subnet 10.0.0.0 netmask 255.0.0.0 { ignore unknown clients; range 10.0.0.2 10.0.0.9; }', true],
    ['subnet 10.0.0.0 netmask 255.0.0.0 { pool { allow known-clients; range 10.0.0.2 10.0.0.9; } }', true],
    ['subnet6 fd77::/64 { range6 fd77::2 fd77::9; pool { deny unknown-clients; range 10.0.0.2; } }', false],
    ['host a { hardware ethernet 52:54:00:00:00:01; }', false],
  ])('%s', (text, knownOnly) => {
    expect(read(`authoritative;\n${text}`).knownOnly).toBe(knownOnly)
  })
})

describe('what dhcpd would not take', () => {
  it.each([
    ['authoritative;\nfilename "a"\n', 2, 'no semicolon ends "filename"'],
    ['subnet 10.0.0.0 netmask 255.0.0.0 {\n range 10.0.0.1\n}', 2, 'no semicolon ends "range"'],
    ['if exists a {\n', 1, 'this { is never closed'],
    ['authoritative;\n}', 2, 'a } too many'],
    ['authoritative;\nfilename "a;\n', 2, 'a text has no end'],
    ['include "dhcpd.conf";', 1, 'files include one another without end'],
  ])('%j', (text, line, message) => {
    expect(read(text).problems).toMatchObject([{ line, message }])
  })

  it('is never more than a problem', () => {
    const word = fc.constantFrom(
      ...['if', 'elsif', 'else', 'exists', 'option', 'filename', '"x"', 'and', 'or', 'not', '(', ')', '=', '!='],
      ...[
        '{',
        '}',
        ';',
        'class',
        '"a"',
        'match',
        'host',
        'group',
        'user-class',
        '"iPXE"',
        'code',
        'of',
        'switch',
        'case',
        'default:',
        'break',
        '"',
        '#',
        '\n',
      ],
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        expect(Array.isArray(read(`option x ${words.join(' ')}`).bootFiles)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('much', () => {
  /** How often settings are looked at for a file of so many hosts, each with a boot file of its own. */
  const looks = (hosts: number): number => {
    let count = 0
    const settings = Array.from({ length: hosts }, (_, index) => {
      const scope: Scope = { kind: 'host', path: [1, index + 2] }
      return {
        ...{ file: '', line: index + 1, value: `${index}.efi`, conditions: [] },
        get scope() {
          count += 1
          return {
            kind: scope.kind,
            get path() {
              count += 1
              return scope.path
            },
          }
        },
      }
    })
    expect(bootFilesOf(settings, true)).toHaveLength(hosts)
    return count
  }

  it('hosts make more work by their number, and not by its square', () => {
    expect(looks(2000)).toBeLessThan(4.1 * looks(500))
  })

  it.each([
    [
      'hosts with a file each',
      (at: number) => `host h${at} { hardware ethernet 52:54:00:00:00:01; filename "${at}"; }`,
    ],
    [
      'a long chain of conditions',
      (at: number) => `${at === 0 ? '' : 'els'}if hardware = 1:0:0:0:0:${at.toString(16)} { filename "${at}"; }`,
    ],
    [
      'subclasses',
      (at: number) => `class "c${at}" { match option user-class; } subclass "c${at}" "iPXE" { filename "${at}"; }`,
    ],
    ['cases', (at: number) => `switch (option arch) { case "${at}": filename "${at}"; }`],
  ])('is read to its end: %s', (_, line) => {
    const { bootFiles: found, problems } = read(
      `authoritative;\n${Array.from({ length: 1500 }, (__, at) => line(at)).join('\n')}`,
    )
    expect(problems).toEqual([])
    expect(found).toHaveLength(1500)
  })

  it('is a problem where it does not end', () => {
    const problem = (text: string) => read(`authoritative;\n${text}`).problems[0]
    expect(problem(`option a code 1 = { ${'text, '.repeat(150_000)}`)).toMatchObject({
      line: 2,
      message: 'no semicolon ends "option"',
    })
    expect(problem('pool {'.repeat(20_000))).toMatchObject({ line: 2, message: 'nested too deep' })
  })

  it('of one condition is not judged', () => {
    for (const text of [
      `${'not '.repeat(20_000)} known`,
      `${'('.repeat(20_000)}known`,
      `known${' and known'.repeat(20_000)}`,
    ])
      expect(read(`authoritative;\nif ${text} { filename "a"; }`).bootFiles).toMatchObject([{ ipxe: 'unknown' }])
  })
})
