import { BootringError } from '../model/errors.ts'
import { isHttpUrl } from './parse-value.ts'
import { showValue } from './problem.ts'

/** URLs that begin with `from` begin with `to` in the copies of a dead conductor's boot files. */
export interface ImageUrlRule {
  readonly from: string
  readonly to: string
}

/** Reads `[bootring]image_url_map`, in its order. Throws `ConfigInvalid` for what `checkImageUrlMap` does not pass. */
export function parseImageUrlMap(items: readonly string[]): readonly ImageUrlRule[] {
  const expected = checkImageUrlMap(items)
  if (expected !== undefined) throw new BootringError('ConfigInvalid', `[bootring]image_url_map: expected ${expected}`)
  return items.map(parseItem).filter((rule) => rule !== undefined)
}

/** What is wrong, to be read after "expected". */
export function checkImageUrlMap(items: readonly string[]): string | undefined {
  const seen = new Set<string>()
  for (const item of items) {
    const rule = parseItem(item)
    if (rule === undefined) return `<old>=<new>, both http:// or https:// URLs, not ${showValue(item)}`
    if (seen.has(rule.from)) return `each old URL once, but ${showValue(rule.from)} is there twice`
    seen.add(rule.from)
  }
  return undefined
}

/** A URL may hold an equals sign: the new one begins where there is a scheme after it. */
function parseItem(item: string): ImageUrlRule | undefined {
  const match = /^(https?:\/\/.+?)\s*=\s*(https?:\/\/.+)$/i.exec(item.trim())
  const [, from, to] = match ?? []
  return from !== undefined && to !== undefined && isHttpUrl(from) && isHttpUrl(to) ? { from, to } : undefined
}
