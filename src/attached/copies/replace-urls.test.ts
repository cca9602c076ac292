import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { urlReplacer } from './replace-urls.ts'

describe('urlReplacer', () => {
  const replace = urlReplacer([
    { from: 'http://192.0.2.1', to: 'http://198.51.100.1' },
    { from: 'http://192.0.2.1:8080/', to: 'http://192.0.2.2:8080' },
    { from: 'http://192.0.2.1:8080/images', to: 'https://images.example/all/' },
    { from: 'http://192.0.2.2:8080', to: 'http://never.example' },
  ])

  it.each([
    ['kernel http://192.0.2.1:8080/u/deploy_kernel x', 'kernel http://192.0.2.2:8080/u/deploy_kernel x'],
    ['http://192.0.2.1:8080', 'http://192.0.2.2:8080'],
    ['ipa-api-url=http://192.0.2.1:8080 quiet', 'ipa-api-url=http://192.0.2.2:8080 quiet'],
    ['"http://192.0.2.1:8080"', '"http://192.0.2.2:8080"'],
    ['http://192.0.2.1:8080?x=1', 'http://192.0.2.2:8080?x=1'],
    ['http://192.0.2.1/u', 'http://198.51.100.1/u'],
    ['line\nhttp://192.0.2.1/u\nhttp://192.0.2.1\n', 'line\nhttp://198.51.100.1/u\nhttp://198.51.100.1\n'],
  ])('replaces %j', (text, expected) => expect(replace(text)).toBe(expected))

  it('takes the longest beginning that matches', () => {
    expect(replace('http://192.0.2.1:8080/images/a http://192.0.2.1:8080/imagesx')).toBe(
      'https://images.example/all/a http://192.0.2.2:8080/imagesx',
    )
  })

  it.each([
    'http://192.0.2.1:80801/u',
    'http://192.0.2.10/u',
    'http://192.0.2.1.example/u',
    'http://192.0.2.1-x/u',
    'https://192.0.2.1/u',
    'xhttp://192.0.2.1/u',
    '192.0.2.1:8080/u',
    'http://192x0.2.1/u',
  ])('leaves %s alone', (text) => expect(replace(text)).toBe(text))

  it('does nothing without rules', () => expect(urlReplacer([])('http://a/')).toBe('http://a/'))

  it('changes nothing but what it is to replace', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const text = `${before} http://192.0.2.1:8080/x ${after}`
        expect(replace(text)).toBe(`${before} http://192.0.2.2:8080/x ${after}`)
      }),
    )
  })
})
