import { type Entry, maxDepth, type Value } from './value.ts'

/** What is not JSON, and where. */
export class JsonSyntaxError extends Error {
  readonly at: number
  constructor(at: number, message: string) {
    super(message)
    this.name = 'JsonSyntaxError'
    this.at = at
  }
}

/**
 * Reads JSON (RFC 8259) with the place of every value, which `JSON.parse` does not tell; scalars are left to it.
 * Throws `JsonSyntaxError` at the first thing that is not JSON.
 */
export function readJson(text: string): Value {
  const reader = new JsonReader(text)
  const value = reader.value(0)
  reader.end()
  return value
}

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): Value {
    const first = this.#peek()
    const at = this.#at
    if (depth > maxDepth) throw new JsonSyntaxError(at, `nested more than ${maxDepth} levels deep`)
    if (first === '{') return { kind: 'map', at, entries: this.#members(depth) }
    if (first === '[') return { kind: 'list', at, items: this.#elements(depth) }
    return { kind: 'scalar', at, value: first === '"' ? this.#string() : this.#literal() }
  }

  end(): void {
    if (this.#peek() !== '') throw new JsonSyntaxError(this.#at, 'only one JSON value is allowed')
  }

  /** The next character that is no white space; empty at the end. */
  #peek(): string {
    let c = this.#text.charCodeAt(this.#at)
    while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = this.#text.charCodeAt(++this.#at)
    return this.#text.charAt(this.#at)
  }

  #members(depth: number): Entry[] {
    const entries: Entry[] = []
    this.#at += 1
    if (this.#peek() === '}') {
      this.#at += 1
      return entries
    }
    do {
      if (this.#peek() !== '"') throw new JsonSyntaxError(this.#at, 'a key in double quotes was expected')
      const at = this.#at
      const key = this.#string()
      if (this.#peek() !== ':') throw new JsonSyntaxError(this.#at, 'a ":" was expected')
      this.#at += 1
      entries.push({ key, at, value: this.value(depth + 1) })
    } while (this.#goesOn('}'))
    return entries
  }

  #elements(depth: number): Value[] {
    const items: Value[] = []
    this.#at += 1
    if (this.#peek() === ']') {
      this.#at += 1
      return items
    }
    do items.push(this.value(depth + 1))
    while (this.#goesOn(']'))
    return items
  }

  #goesOn(close: string): boolean {
    const c = this.#peek()
    if (c !== ',' && c !== close) throw new JsonSyntaxError(this.#at, `a "," or "${close}" was expected`)
    this.#at += 1
    return c === ','
  }

  #string(): string {
    const start = this.#at
    let end = start + 1
    for (let c = this.#text.charCodeAt(end); c !== 0x22; c = this.#text.charCodeAt(end)) {
      if (Number.isNaN(c)) throw new JsonSyntaxError(start, 'a string that never ends')
      end += c === 0x5c ? 2 : 1
    }
    this.#at = end + 1
    return String(this.#scalar(start))
  }

  #literal(): number | boolean | null {
    const start = this.#at
    const word = /[\w.+-]*/y
    word.lastIndex = start
    this.#at += word.exec(this.#text)?.[0].length ?? 0
    const value = this.#scalar(start)
    return typeof value === 'string' ? null : value
  }

  #scalar(start: number): string | number | boolean | null {
    try {
      return JSON.parse(this.#text.slice(start, this.#at))
    } catch {
      throw new JsonSyntaxError(start, 'not a JSON value')
    }
  }
}
