import { type IscWord, is, keyword } from './isc-statements.ts'

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
  /** It may be about iPXE, and can't be told. */
  | { kind: 'unknown' }

/** What the names in a configuration stand for. */
interface IscNames {
  /** Only iPXE sends an option of this name. */
  isIpxeOption(name: string): boolean
  /** It was given a value by `set`. */
  isVariable(name: string): boolean
}

export function readCondition(words: readonly IscWord[], names: IscNames): IscCondition {
  return words.length > maxWords ? unknown : new Reader(words, names).whole()
}

/** `what` and `value` as texts, the latter a text in quotes, bytes or a number. */
export function equality(what: string, value: string): IscCondition {
  if (ipxe.test(value)) return { kind: 'ipxe' }
  // Of iPXE's user class nothing else is understood than all of it.
  if (isUserClass(what) && !isWholeUserClass(what)) return unknown
  return { kind: 'equals', what, value: bytes.test(value) ? value.replaceAll(/\b[0-9a-f]\b/gi, '0$&') : value }
}

/** Whether what this expression says of a machine may be said of those that run iPXE in particular. */
export const isAboutIpxe = (expression: string): boolean => isUserClass(expression) || /vendor-class/.test(expression)

export const isWholeUserClass = (what: string): boolean => /^option (?:dhcp6?\.)?user-class(?:es)?$/.test(what)

const isUserClass = (what: string): boolean => /user-class/.test(what)

const unknown: IscCondition = { kind: 'unknown' }
/** Of a condition: whoever nests deeper than this writes no configuration. */
const maxWords = 1000
/** iPXE in letters, or in their bytes. */
const ipxe = /^(?:[gi]pxe|(?:0x)?[67][97]:?50:?58:?45)$/i
const bytes = /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2})+$/i
const comparisons = ['=', '!=', '~=', '~~']

class Reader {
  readonly #words: readonly IscWord[]
  readonly #names: IscNames
  #at = 0

  constructor(words: readonly IscWord[], names: IscNames) {
    this.#words = words
    this.#names = names
  }

  whole(): IscCondition {
    const condition = this.#condition()
    return this.#at === this.#words.length ? condition : unknown
  }

  /** dhcpd gives `and` and `or` the same rank, and takes them from the right: `a and b or c` is `a and (b or c)`. */
  #condition(): IscCondition {
    const left = this.#primary()
    const kind = this.#take('and') ? 'and' : this.#take('or') ? 'or' : undefined
    return kind === undefined ? left : { kind, left, right: this.#condition() }
  }

  #primary(): IscCondition {
    if (this.#take('not')) return { kind: 'not', of: this.#primary() }
    if (this.#take('(')) {
      const inner = this.#condition()
      this.#take(')')
      return inner
    }
    if (this.#take('exists')) {
      const name = keyword(this.#words[this.#at])
      this.#at += 1
      return this.#names.isIpxeOption(name) ? { kind: 'ipxe' } : { kind: 'has', what: `option ${name}` }
    }
    const left = this.#data()
    const comparison = this.#words[this.#at]
    if (comparison === undefined || !comparisons.some((mark) => is(comparison, mark)))
      return this.#isBeyond(left) ? unknown : { kind: 'has', what: textOf(left) }
    this.#at += 1
    const right = this.#data()
    if (is(comparison, '~=') || is(comparison, '~~')) return this.#likeness(left, right)
    const equals = isLiteral(right)
      ? this.#equality(left, right)
      : isLiteral(left)
        ? this.#equality(right, left)
        : this.#likeness(left, right)
    return is(comparison, '!=') ? { kind: 'not', of: equals } : equals
  }

  #equality(what: readonly IscWord[], value: readonly IscWord[]): IscCondition {
    if (what.some((word) => !word.isQuoted && this.#names.isVariable(keyword(word)))) return unknown
    const condition = equality(textOf(what), textOf(value))
    // Nobody else sends it, whatever its value is.
    return condition.kind === 'equals' && this.#isOfIpxe(what)
      ? { kind: 'and', left: { kind: 'ipxe' }, right: condition }
      : condition
  }

  /** A pattern, or what is known only when a machine asks. */
  #likeness(left: readonly IscWord[], right: readonly IscWord[]): IscCondition {
    const pattern = textOf(right).replaceAll(/^\^|\$$/g, '')
    if (isLiteral(right) && isWholeUserClass(textOf(left)) && ipxe.test(pattern)) return { kind: 'ipxe' }
    const both = [...left, ...right]
    return this.#isBeyond(both) ? unknown : { kind: 'has', what: `${textOf(left)} like ${textOf(right)}` }
  }

  #isBeyond(words: readonly IscWord[]): boolean {
    const isVariable = words.some((word) => !word.isQuoted && this.#names.isVariable(keyword(word)))
    return isVariable || this.#isOfIpxe(words) || isAboutIpxe(textOf(words))
  }

  #isOfIpxe(words: readonly IscWord[]): boolean {
    return words.some((word, index) => is(words[index - 1], 'option') && this.#names.isIpxeOption(keyword(word)))
  }

  #data(): IscWord[] {
    const from = this.#at
    let depth = 0
    for (let word = this.#words[this.#at]; word !== undefined; word = this.#words[this.#at]) {
      if (depth === 0 && ['and', 'or', ')', ...comparisons].some((mark) => is(word, mark))) break
      if (is(word, '(')) depth += 1
      if (is(word, ')')) depth -= 1
      this.#at += 1
    }
    return this.#words.slice(from, this.#at)
  }

  #take(text: string): boolean {
    if (!is(this.#words[this.#at], text)) return false
    this.#at += 1
    return true
  }
}

/** A text in quotes, bytes or a number. */
const isLiteral = ([word, ...more]: readonly IscWord[]): boolean =>
  word !== undefined && more.length === 0 && (word.isQuoted || /^(?:0x)?[0-9a-f]+(?::[0-9a-f]+)*$/i.test(word.text))

/** dhcpd does not tell capitals from small letters but in quotes. */
export const textOf = (words: readonly IscWord[]): string =>
  words.map(({ isQuoted, text }) => (isQuoted ? text : text.toLowerCase())).join(' ')
