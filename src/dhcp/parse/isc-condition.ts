import { type IscWord, is } from './isc-statements.ts'

/** An expression that is true of a machine or not. */
export type IscCondition =
  | { kind: 'not'; of: IscCondition }
  | { kind: 'and'; left: IscCondition; right: IscCondition }
  | { kind: 'or'; left: IscCondition; right: IscCondition }
  /** What the machine sent is this. */
  | { kind: 'equals'; what: string; value: string }
  /** The machine sent this option, or is known, or the like. */
  | { kind: 'has'; what: string }
  /** The machine runs iPXE. */
  | { kind: 'ipxe' }

/** `isIpxeOption`: only iPXE sends an option of this name. */
export function readCondition(words: readonly IscWord[], isIpxeOption: (name: string) => boolean): IscCondition {
  return new Reader(words, isIpxeOption).condition()
}

/** iPXE in letters, or in their bytes. */
const ipxe = /^(?:[gi]pxe|(?:0x)?[67][97]:?50:?58:?45)$/i
const comparisons = ['=', '!=', '~=', '~~']

class Reader {
  readonly #words: readonly IscWord[]
  readonly #isIpxeOption: (name: string) => boolean
  #at = 0

  constructor(words: readonly IscWord[], isIpxeOption: (name: string) => boolean) {
    this.#words = words
    this.#isIpxeOption = isIpxeOption
  }

  /** dhcpd gives `and` and `or` the same rank, and takes them from the right: `a and b or c` is `a and (b or c)`. */
  condition(): IscCondition {
    const left = this.#primary()
    const kind = this.#take('and') ? 'and' : this.#take('or') ? 'or' : undefined
    return kind === undefined ? left : { kind, left, right: this.condition() }
  }

  #primary(): IscCondition {
    if (this.#take('not')) return { kind: 'not', of: this.#primary() }
    if (this.#take('(')) {
      const inner = this.condition()
      this.#take(')')
      return inner
    }
    if (this.#take('exists')) {
      const name = this.#words[this.#at]?.text ?? ''
      this.#at += 1
      return this.#isIpxeOption(name) ? { kind: 'ipxe' } : { kind: 'has', what: `option ${name}` }
    }
    const left = this.#data()
    const comparison = this.#words[this.#at]
    if (comparison === undefined || !comparisons.some((mark) => is(comparison, mark)))
      return { kind: 'has', what: left }
    this.#at += 1
    const right = this.#data()
    const [what, value] = /^option |\(/.test(right) ? [right, left] : [left, right]
    const equals: IscCondition = ipxe.test(value) ? { kind: 'ipxe' } : { kind: 'equals', what, value }
    return is(comparison, '!=') ? { kind: 'not', of: equals } : equals
  }

  /** What is compared, as one text. */
  #data(): string {
    const texts: string[] = []
    let depth = 0
    for (let word = this.#words[this.#at]; word !== undefined; word = this.#words[this.#at]) {
      if (depth === 0 && ['and', 'or', ')', ...comparisons].some((mark) => is(word, mark))) break
      if (is(word, '(')) depth += 1
      if (is(word, ')')) depth -= 1
      texts.push(word.text)
      this.#at += 1
    }
    return texts.join(' ')
  }

  #take(text: string): boolean {
    if (!is(this.#words[this.#at], text)) return false
    this.#at += 1
    return true
  }
}
