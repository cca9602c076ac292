import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBootTarget, parseBootTarget, parsePixiecoreTarget } from './boot-path.ts'

const parts = { macText: '52-54-00-12-34-56', fileName: 'boot.ipxe' }

describe('parseBootTarget', () => {
  it.each([
    '/v1/boot/52-54-00-12-34-56/boot.ipxe',
    '/v1/boot/52-54-00-12-34-56/boot.ipxe?serial=1/2',
    '/v1/boot/52-54-00-12-34-56/boot%2eipxe',
    'http://boot.example:6385/v1/boot/52-54-00-12-34-56/boot.ipxe',
  ])('reads %s', (target) => {
    expect(isBootTarget(target)).toBe(true)
    expect(parseBootTarget(target)).toEqual(parts)
  })

  it('decodes the colons that iPXE encodes', () => {
    expect(parseBootTarget('/v1/boot/52%3A54%3a00%3A12%3A34%3A56/boot.ipxe')?.macText).toBe('52:54:00:12:34:56')
  })

  it.each([
    '/v1/boot',
    '/v1/boot/',
    '/v1/boot?x',
    '/v1/boot/52-54-00-12-34-56',
    '/v1/boot/52-54-00-12-34-56/boot.ipxe/',
    '/v1/boot/52-54-00-12-34-56/a/boot.ipxe',
    '/v1/boot/52-54-00-12-34-56/%',
    '/v1/boot/%ff/boot.ipxe',
  ])('takes %s for its own, without parts', (target) => {
    expect(isBootTarget(target)).toBe(true)
    expect(parseBootTarget(target)).toBeUndefined()
  })

  it.each(['/', '*', '', '/v1', '/v1/bootx/a/b', '/v1/boo', 'http://boot.example', '/x/v1/boot/a/b'])(
    'leaves %j to others',
    (target) => {
      expect(isBootTarget(target)).toBe(false)
      expect(parseBootTarget(target)).toBeUndefined()
    },
  )

  it.each([
    ['/v1/boot/52:54:00:12:34:56', '52:54:00:12:34:56'],
    ['/v1/boot/52%3A54%3a00%3A12%3A34%3A56?x=/', '52:54:00:12:34:56'],
    ['/v1/boot/', undefined],
    ['/v1/boot', undefined],
    ['/v1/boot/%', undefined],
    ['/v1/boot/52-54-00-12-34-56/', undefined],
    ['/v1/boot/52-54-00-12-34-56/boot.ipxe', undefined],
    ['/v1/bootx/a', undefined],
  ])("reads Pixiecore's %s as %j", (target, macText) => {
    expect(parsePixiecoreTarget(target)).toBe(macText)
  })

  it('gives back what was encoded, and never throws', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string(),
        (macText, fileName, junk) => {
          fc.pre(macText.isWellFormed() && fileName.isWellFormed())
          const target = `/v1/boot/${encodeURIComponent(macText)}/${encodeURIComponent(fileName)}`
          expect(parseBootTarget(target)).toEqual({ macText, fileName })
          parseBootTarget(`/v1/boot/${junk}`)
          isBootTarget(junk)
        },
      ),
    )
  })
})
