import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSyslog } from './syslog-line.ts'

const parse = (text: string) => parseSyslog(Buffer.from(text))

describe('a line of syslog', () => {
  it.each([
    // As iPXE sends it, with and without a host name.
    ['<30>ipxe: net0: link up', 'info', 'ipxe', 'net0: link up'],
    ['<30>rack1-n1 ipxe: http://x/kernel... ok', 'info', 'ipxe', 'http://x/kernel... ok'],
    // RFC 3164, as ramdisks send it.
    ["<34>Oct 11 22:14:15 mymachine su: 'su root' failed", 'critical', 'su', "'su root' failed"],
    ['<13>Feb  5 17:32:18 10.0.0.99 kernel: [1.0] md: raid0', 'notice', 'kernel', '[1.0] md: raid0'],
    ['<14>Oct 11 22:14:15 host ironic-python-agent[512]: ready', 'info', 'ironic-python-agent', 'ready'],
    ['<11>Oct 11 22:14:15 host app:', 'error', 'app', undefined],
    // RFC 5424.
    [
      '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [a@1 b="c \\" ] d"][e@2] \uFEFFAn event',
      'notice',
      'evntslog',
      'An event',
    ],
    ['<0>1 - - - - - - everything is nil', 'emergency', undefined, 'everything is nil'],
    ['<191>1 - host app 12 - - ', 'debug', 'app', undefined],
    // What is neither.
    ['hello', undefined, undefined, 'hello'],
    ['<192>hello', undefined, undefined, '<192>hello'],
    ['<7>', 'debug', undefined, undefined],
    ['<14>1 2 3', 'info', undefined, '1 2 3'],
    ['<14>1 - h a - - [never ends', 'info', undefined, '1 - h a - - [never ends'],
    // Nothing steers a terminal, and nothing makes two lines of one.
    ['<14>a\nb\u001b[31mred\u0000\u202Eevil', 'info', undefined, 'a b [31mred evil'],
    ['<14>Oct 11 22:14:15 h a\u001bpp: x', 'info', undefined, 'h a pp: x'],
    ['\n\u0000\r', undefined, undefined, undefined],
  ])('%j', (text, severity, app, line) => {
    expect(parse(text)).toEqual(line === undefined ? undefined : { severity, app, text: line })
  })

  it('is cut where it is too long', () => {
    expect(parse(`<14>${'ä'.repeat(5000)}`)?.text).toBe('ä'.repeat(1000))
    expect([...(parse(`<14>${'🚀'.repeat(400)}`)?.text ?? '')].every((character) => character === '🚀')).toBe(true)
    expect(parse(`<14>${'a'.repeat(200)}: x`)?.app).toHaveLength(48)
  })

  it('never fails, whatever comes, and is printable and short', () => {
    const almost = fc.tuple(fc.constantFrom('<14>', '<14>1 - h a - - ', '<3>Oct 11 22:14:15 h ', ''), fc.string())
    const datagrams = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      almost.map(([head, tail]) => new Uint8Array(Buffer.from(head + tail))),
      fc
        .string({ unit: 'binary', maxLength: 60 })
        .map((text) => new Uint8Array(Buffer.from(`<14>1 - h a - - [${text}`))),
    )
    fc.assert(
      fc.property(datagrams, (datagram) => {
        const line = parseSyslog(datagram)
        if (line === undefined) return
        expect(line.text).toMatch(/^[^\p{Cc}\p{Cf}]+$/u)
        expect([...line.text].length).toBeLessThanOrEqual(1000)
        if (line.app !== undefined) expect(line.app).toMatch(/^[^\p{Cc}]{1,48}$/u)
      }),
    )
  })

  it('takes no longer for what was made to be hard to read', () => {
    const hard = ['[a="', '["\\', '[[]'.repeat(30), '"'.repeat(60)].map((text) => `<14>1 - h a - - ${text.repeat(500)}`)
    for (const text of hard) for (let round = 0; round < 20; round += 1) parse(text)
  })
})
