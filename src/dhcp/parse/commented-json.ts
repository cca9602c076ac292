import { quoted } from './quoted.ts'

/*
 * JSON as Kea takes it: with comments of three kinds, commas too many, and `<?include "file"?>`. Each value knows its line.
 */

export interface JsonNode {
  line: number
  value: string | number | boolean | null | JsonNode[] | Map<string, JsonNode>
}

/** What is wrong with the text, and where. */
export class JsonProblem extends Error {
  readonly line: number
  /** Undefined: the text itself, and none that it includes. */
  readonly file: string | undefined
  constructor(line: number, message: string, file?: string) {
    super(message)
    this.line = line
    this.file = file
  }
}

const maxDepth = 100

/** `include`: gives what another file holds. Throws `JsonProblem`. */
export function parseCommentedJson(text: string, include: (file: string, line: number) => JsonNode): JsonNode {
  const reader = new Reader(text, include)
  return reader.document()
}

class Reader {
  readonly #text: string
  readonly #include: (file: string, line: number) => JsonNode
  #at = 0
  #line = 1

  constructor(text: string, include: (file: string, line: number) => JsonNode) {
    this.#text = text
    this.#include = include
  }

  document(): JsonNode {
    const node = this.#value(0)
    this.#skip()
    if (this.#at < this.#text.length) throw this.#problem('something follows the end')
    return node
  }

  #value(depth: number): JsonNode {
    if (depth > maxDepth) throw this.#problem('nested too deep')
    this.#skip()
    const line = this.#line
    const included = this.#match(/<\?include\s+"([^"]*)"\s*\?>/y)
    if (included !== undefined) return this.#include(included[1] ?? '', line)
    switch (this.#text[this.#at]) {
      case '{':
        return { line, value: this.#object(depth) }
      case '[':
        return { line, value: this.#list(depth) }
      case '"':
        return { line, value: this.#string() }
    }
    const word = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y)?.[0]
    if (word === undefined) throw this.#problem('a value was expected')
    return { line, value: JSON.parse(word) as number | boolean | null }
  }

  #object(depth: number): Map<string, JsonNode> {
    const entries = new Map<string, JsonNode>()
    this.#at += 1
    for (;;) {
      this.#skip()
      if (this.#take('}')) return entries
      const included = this.#match(/<\?include\s+"([^"]*)"\s*\?>/y)
      if (included !== undefined) {
        const { value } = this.#include(included[1] ?? '', this.#line)
        if (value instanceof Map) for (const [key, node] of value) entries.set(key, node)
      } else {
        if (this.#text[this.#at] !== '"') throw this.#problem('a name in quotes was expected')
        const key = this.#string()
        this.#skip()
        if (!this.#take(':')) throw this.#problem(`a colon was expected after ${quoted(key)}`)
        entries.set(key, this.#value(depth + 1))
      }
      this.#skip()
      if (!this.#take(',') && this.#text[this.#at] !== '}') throw this.#problem('a comma or } was expected')
    }
  }

  #list(depth: number): JsonNode[] {
    const items: JsonNode[] = []
    this.#at += 1
    for (;;) {
      this.#skip()
      if (this.#take(']')) return items
      items.push(this.#value(depth + 1))
      this.#skip()
      if (!this.#take(',') && this.#text[this.#at] !== ']') throw this.#problem('a comma or ] was expected')
    }
  }

  #string(): string {
    const text = this.#match(/"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y)?.[0]
    if (text === undefined) throw this.#problem('a text has no end')
    try {
      return JSON.parse(text) as string
    } catch {
      throw this.#problem(`${quoted(text)} is no text`)
    }
  }

  /** Blanks and comments. */
  #skip(): void {
    while (this.#match(/\s+|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//y) !== undefined);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null || match[0] === '') return undefined
    this.#at += match[0].length
    this.#line += match[0].split('\n').length - 1
    return match
  }

  #problem(message: string): JsonProblem {
    return new JsonProblem(this.#line, message)
  }
}
