import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grubLoader, grubPath } from './grub-loader.ts'

const failed = expect.objectContaining({ code: 'TemplateFailed' })

describe('GRUB', () => {
  it('gets words that mean something to its shell in quotes', () => {
    expect(grubLoader.escapeWords(`nofb  a=\${b} c;d *`)).toBe(`nofb  'a=\${b}' 'c;d' '*'`)
  })

  it.each(['a\nb', 'a\rb', `a="b"`, "it's", 'a\\b', 5, undefined])('gets no %j', (value) => {
    expect(() => grubLoader.checkWords('field', value)).toThrow(failed)
  })

  it('gets one line, and each word as it was, whatever the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        let words: string
        try {
          words = grubLoader.escapeWords(grubLoader.checkWords('field', text))
        } catch (error) {
          expect(error).toMatchObject({ code: 'TemplateFailed' })
          return
        }
        for (const word of words.split(' ')) expect(word).toMatch(/^(?:'[^'\n\r]*'|[A-Za-z0-9_=.,:/@%+()-]*)$/u)
        expect(words.replaceAll("'", '')).toBe(text)
      }),
    )
  })

  it.each([
    ['http://10.0.0.1:6385/v1/', '(http,10.0.0.1:6385)/v1/'],
    ['http://[fd00::1]:80/a b', "'(http,[fd00::1])/a b'"],
    ['http://h/a%20b', '(http,h)/a%20b'],
  ])('finds %s', (url, path) => {
    expect(grubPath(url, 'field')).toBe(path)
  })

  it.each(['https://h/a', "http://h/it's"])('is not sent to %s', (url) => {
    expect(() => grubPath(url, 'field')).toThrow(failed)
  })

  it('is led to another entry of a template of Ironic', () => {
    const text = 'set default=deploy\nmenuentry "deploy"  {\n}\nmenuentry "boot_ramdisk"  {\n}'
    expect(grubLoader.goTo('boot_ramdisk', text)).toBe(text.replace('=deploy', '=boot_ramdisk'))
    expect(grubLoader.goTo('boot_iscsi', text)).toBeUndefined()
  })
})
