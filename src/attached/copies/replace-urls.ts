import type { ImageUrlRule } from '../../config/image-url-map.ts'

/** What may come before a URL, and would make it part of another one. */
const before = '(?<![A-Za-z0-9+.-])'
/** What may come after the beginning of a URL: `http://a` is no beginning of `http://a:8080` or `http://ab`. */
const after = String.raw`(?=[/?#\s"'&|;,)\]]|$)`

/**
 * Makes a function that replaces beginnings of URLs in a text. Where several rules match, the longest wins; what was
 * replaced is not looked at again.
 */
export function urlReplacer(rules: readonly ImageUrlRule[]): (text: string) => string {
  const replacements = new Map(rules.map(({ from, to }) => [withoutSlash(from), withoutSlash(to)]))
  if (replacements.size === 0) return (text) => text
  const longestFirst = [...replacements.keys()].sort((one, other) => other.length - one.length)
  const pattern = new RegExp(`${before}(?:${longestFirst.map((from) => RegExp.escape(from)).join('|')})${after}`, 'g')
  return (text) => text.replace(pattern, (from) => replacements.get(from) ?? from)
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')
