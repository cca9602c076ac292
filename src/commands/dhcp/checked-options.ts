import type { Family } from '../../dhcp/ip-address.ts'
import type { PerFamily } from '../../dhcp/network-plan.ts'
import { isPlainPath, urlFamily, urlProblem } from '../../dhcp/plain-text.ts'
import { BootringError } from '../../model/errors.ts'

/** One value for each family: an address is of one, a name of both. */
export function byFamily(option: string, texts: readonly string[], check: (text: string) => void): PerFamily<string> {
  const found: Partial<Record<Family, string>> = {}
  for (const text of texts) {
    check(text)
    const family = urlFamily(text)
    for (const one of family === undefined ? ([4, 6] as const) : [family]) {
      if (found[one] !== undefined) throw wrong(option, text, `is the second for IPv${one}, after ${found[one]}`)
      found[one] = text
    }
  }
  return found
}

/** Throws for what is no URL that DHCP could hand out. */
export const checkedUrl = (option: string) => (text: string) => {
  const problem = urlProblem(text)
  if (problem !== undefined) throw wrong(option, text, problem)
}

export const pathNeeded = 'is no absolute path of letters, digits and /._+@=-'

/** The member, or none. Throws for a path that some server would have to have quoted. */
export function path<K extends string>(key: K, option: string, text: string | undefined): Partial<Record<K, string>> {
  if (text === undefined) return {}
  if (!isPlainPath(text)) throw wrong(option, text, pathNeeded)
  const found: Partial<Record<K, string>> = {}
  found[key] = text
  return found
}

export const wrong = (option: string, text: string, why: string) =>
  new BootringError('InvalidParameter', `${option}: ${JSON.stringify(text)} ${why}`)
