import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hyphenated, parseMac, parseNicAddress } from './mac.ts'

describe('parseMac', () => {
  it('accepts both separators in any case, and answers one form', () => {
    for (const text of ['52-54-00-AB-cd-01', '52:54:00:ab:CD:01']) expect(parseMac(text)).toBe('52:54:00:ab:cd:01')
  })

  it.each([
    '',
    '52:54:00:12:34',
    '52:54:00:12:34:56:78',
    '52-54:00-12-34-56',
    '525400123456',
    ' 52:54:00:12:34:56',
    '52:54:00:12:34:5g',
    '52:54:00:12:34:56\n',
    '٥2:54:00:12:34:56',
  ])('refuses %j', (text) => {
    expect(parseMac(text)).toBeUndefined()
  })

  it.each(['24-8a-07-03-00-30-d7-be', '24:8A:07:03:00:30:D7:BE'])(
    'finds the port of the InfiniBand GUID %s',
    (text) => {
      expect(parseNicAddress(text)).toBe('24:8a:07:30:d7:be')
      expect(parseMac(text)).toBeUndefined()
    },
  )

  it.each([
    '24-8a:07-03-00-30-d7-be',
    '24-8a-07-03-00-30-d7',
    '24-8a-07-03-00-30-d7-be-01',
    '24-8a-07-03-00-30-d7-be\n',
  ])('finds none of %j', (text) => {
    expect(parseNicAddress(text)).toBeUndefined()
  })

  it('never answers anything but six pairs', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const mac = parseMac(text)
        if (mac !== undefined) expect(mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
      }),
    )
  })

  it("survives the way through iPXE's form", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        const mac = parseMac([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':'))
        expect(mac).toBeDefined()
        if (mac) expect(parseMac(hyphenated(mac).toUpperCase())).toBe(mac)
      }),
    )
  })
})
