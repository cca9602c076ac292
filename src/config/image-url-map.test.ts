import { describe, expect, it } from 'vitest'
import { checkImageUrlMap, parseImageUrlMap } from './image-url-map.ts'

describe('the map of image URLs', () => {
  it('keeps its order and the equals signs in URLs', () => {
    expect(
      parseImageUrlMap(['http://192.0.2.11:8080=http://192.0.2.12:8080', 'https://a/x?y=z = http://b/x?y=HTTP']),
    ).toEqual([
      { from: 'http://192.0.2.11:8080', to: 'http://192.0.2.12:8080' },
      { from: 'https://a/x?y=z', to: 'http://b/x?y=HTTP' },
    ])
  })

  it.each(['', 'http://a', 'http://a=b', 'a=http://b', 'http://a=ftp://b', 'http://a=http://'])(
    'can not hold %j',
    (item) => {
      expect(checkImageUrlMap([item])).toMatch(/^<old>=<new>.*not /)
      expect(() => parseImageUrlMap([item])).toThrow(/^\[bootring\]image_url_map: expected/)
    },
  )

  it('maps each URL once', () => {
    expect(checkImageUrlMap(['http://a=http://b', 'http://a=http://c'])).toBe(
      'each old URL once, but http://a is there twice',
    )
  })
})
