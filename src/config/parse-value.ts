import ipaddr from 'ipaddr.js'
import type { OptionType } from './option.ts'

/** What a text means for an option: a value, nothing (the default applies), or a mistake. */
export type Parsed =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'unset' }
  /** `expected` is to be read after "expected". */
  | { readonly kind: 'wrong'; readonly expected: string }

const value = (parsed: unknown): Parsed => ({ kind: 'value', value: parsed })
const wrong = (expected: string): Parsed => ({ kind: 'wrong', expected })
const unset: Parsed = { kind: 'unset' }

/** What a type takes, to be read after "expected"; the sample and the reference say it too. */
export function describeType(type: OptionType): string {
  switch (type.kind) {
    case 'string':
      return 'text'
    case 'choice':
      return `one of ${type.choices.join(', ')}`
    case 'integer':
      return `an integer${describeRange(type)}`
    case 'float':
      return `a number${describeRange(type)}`
    case 'boolean':
      return 'true or false'
    case 'list':
      return 'a list separated by commas'
    case 'dict':
      return 'key:value pairs separated by commas'
    case 'port':
      return 'a port from 0 to 65535'
    case 'url':
      return 'an http:// or https:// URL'
    case 'path':
      return 'a path'
    case 'address':
      return 'an IPv4 or IPv6 address or a host name'
    case 'cidrs':
      return 'IPv4 or IPv6 networks (192.0.2.0/24) or addresses, separated by commas'
  }
}

function describeRange({ min, max }: { min?: number; max?: number }): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return ` not below ${min}`
  return max === undefined ? '' : ` not above ${max}`
}

/** Reads a text, after substitution, as oslo.config's type of the same name does. */
export function parseValue(type: OptionType, text: string): Parsed {
  const expected = describeType(type)
  if (text.includes('\0')) return wrong(`${expected}, without NUL bytes`)
  const trimmed = text.trim()
  switch (type.kind) {
    case 'string':
      return value(text)
    case 'path':
      return text.includes('\n') ? wrong(`${expected} on one line`) : value(text)
    case 'choice':
      return type.choices.includes(text) ? value(text) : wrong(expected)
    case 'boolean':
      return parseBoolean(trimmed, expected)
    case 'integer':
      return parseNumber(/^[+-]?\d+(_\d+)*$/, trimmed, type, expected)
    case 'float':
      return parseNumber(/^[+-]?(\d+(_\d+)*\.?\d*|\.\d+)(e[+-]?\d+)?$/i, trimmed, type, expected)
    case 'port':
      return parseNumber(/^\+?\d+$/, trimmed, { min: 0, max: 65535 }, expected)
    case 'list':
      return parseList(text)
    case 'dict':
      return parseDict(text)
    case 'url':
      return trimmed === '' ? unset : isHttpUrl(trimmed) ? value(trimmed) : wrong(expected)
    case 'address':
      return parseHostAddress(trimmed, expected)
    case 'cidrs':
      return parseCidrs(text, expected)
  }
}

function parseBoolean(text: string, expected: string): Parsed {
  const word = text.toLowerCase()
  if (['true', '1', 'on', 'yes'].includes(word)) return value(true)
  return ['false', '0', 'off', 'no'].includes(word) ? value(false) : wrong(expected)
}

function parseNumber(form: RegExp, text: string, range: { min?: number; max?: number }, expected: string): Parsed {
  // oslo reads an empty number as "none", and Ironic then takes its default.
  if (text === '') return unset
  const number = Number(text.replaceAll('_', ''))
  const fits = form.test(text) && Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER
  if (!fits || number < (range.min ?? -Infinity) || number > (range.max ?? Infinity)) return wrong(expected)
  // Plus zero: "-0" would else print and compare in surprising ways.
  return value(number + 0)
}

/** A quote at the start of an item protects commas up to the same quote at an item's end. */
function parseList(text: string): Parsed {
  const items = splitItems(text)
  return items === undefined ? wrong('a closing quote in the list') : value(items)
}

function splitItems(text: string): string[] | undefined {
  const trimmed = text.trim().replace(/,+$/, '')
  if (trimmed === '') return []
  const parts = restoreOuterQuotes(trimmed.split(','))
  const items: string[] = []
  for (let index = 0; index < parts.length; index++) {
    let item = (parts[index] ?? '').trimStart()
    const quote = item.startsWith('"') || item.startsWith("'") ? item[0] : undefined
    if (quote !== undefined) {
      while (item.trimEnd().length < 2 || item.trimEnd().at(-1) !== quote) {
        const next = parts[++index]
        if (next === undefined) return undefined
        item = `${item},${next}`
      }
    }
    items.push(quote === undefined ? item.trimEnd() : item.trimEnd().slice(1, -1))
  }
  return items
}

/** The file's reader took `"a","b"` for one quoted value and left `a","b`: put the outer pair back. */
function restoreOuterQuotes(parts: string[]): string[] {
  const first = parts[0]?.trimEnd() ?? ''
  const last = parts.at(-1)?.trimStart() ?? ''
  const quote = first.at(-1)
  const torn =
    parts.length > 1 &&
    (quote === '"' || quote === "'") &&
    !first.startsWith(quote) &&
    last.startsWith(quote) &&
    !last.endsWith(quote)
  return torn ? [`${quote}${first}`, ...parts.slice(1, -1), `${last}${quote}`] : parts
}

function parseDict(text: string): Parsed {
  const items = splitItems(text)
  if (items === undefined) return wrong('a closing quote in the pairs')
  const pairs = new Map<string, string>()
  for (const item of items) {
    const colon = item.indexOf(':')
    const key = item.slice(0, Math.max(colon, 0)).trim()
    if (key === '') return wrong(describeType({ kind: 'dict' }))
    if (pairs.has(key)) return wrong(`each key once, but ${key} is there twice`)
    pairs.set(key, item.slice(colon + 1).trim())
  }
  return value(Object.fromEntries(pairs))
}

/** An absolute http(s) URL with a host. */
export function isHttpUrl(text: string): boolean {
  // URL alone would drop newlines and tabs, take backslashes for slashes, and read "http:host".
  if (!/^https?:\/\/[^\s\\\p{Cc}]+$/iu.test(text)) return false
  return URL.canParse(text) && new URL(text).hostname !== ''
}

/** Brackets around an IPv6 address, which belong into a URL, are taken off. */
function parseHostAddress(text: string, expected: string): Parsed {
  const inner = /^\[(.*:.*)\]$/.exec(text)?.[1] ?? text
  return isHostAddress(inner) ? value(inner) : wrong(expected)
}

/** An IPv4 address, an IPv6 address without brackets, or a host name. */
export const isHostAddress = (text: string): boolean => isAddress(text) || isHostName(text)

function isHostName(text: string): boolean {
  // A last label of digits only is a mistyped IPv4 address.
  const labels = text.replace(/\.$/, '').split('.')
  return (
    text.length <= 253 &&
    labels.every((label) => /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  )
}

/** Four decimal parts or IPv6, without a zone: what inet_pton takes. */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (!text.includes('%') && ipaddr.IPv6.isValid(text))
}

function parseCidrs(text: string, expected: string): Parsed {
  const networks: string[] = []
  for (const item of splitItems(text) ?? ['']) {
    const [address = '', prefix, ...more] = item.split('/')
    if (!isAddress(address) || more.length > 0) return wrong(expected)
    const bits = ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128
    if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)) return wrong(expected)
    networks.push(`${address}/${prefix === undefined ? bits : Number(prefix)}`)
  }
  return value(networks)
}
