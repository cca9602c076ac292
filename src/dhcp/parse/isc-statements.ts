import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { DhcpConfiguration, DhcpPlace } from './dhcp-configuration.ts'
import { quoted } from './quoted.ts'

/*
 * The grammar of dhcpd.conf as far as it is common to all of it: statements that end by a semicolon, or have others in braces, and the labels
 * of a switch, which end by a colon.
 */

export interface IscWord extends DhcpPlace {
  /** Without its quotes. */
  text: string
  isQuoted: boolean
}

export interface IscStatement {
  words: [IscWord, ...IscWord[]]
  /** Undefined where there are no braces. */
  body: IscStatement[] | undefined
}

/** What is wrong with a file, and where: dhcpd would not start with it. */
export class IscProblem extends Error {
  readonly place: DhcpPlace
  constructor({ file, line }: DhcpPlace, message: string) {
    super(message)
    this.place = { file, line }
  }
}

const maxDepth = 100
/** Files that include others twice, which include others twice, and so on. */
const maxFiles = 10_000
const token = /\s+|#[^\n]*|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|!=|~[=~]|[^\s{}();,="#!~]+|[\s\S]/y

/** The statements of a file, with those of the files that it includes in their places. A file that can't be read is added to `problems`. Throws `IscProblem`. */
export function readIscStatements(file: string, problems: DhcpConfiguration['problems']): IscStatement[] {
  return new IscFiles(problems).statements(file, { file, line: 1 })
}

class IscFiles {
  readonly #problems: DhcpConfiguration['problems']
  /** Those within which we are. */
  readonly #open: string[] = []
  #count = 0

  constructor(problems: DhcpConfiguration['problems']) {
    this.#problems = problems
  }

  statements(file: string, named: DhcpPlace): IscStatement[] {
    this.#count += 1
    const path = resolve(file)
    if (this.#open.includes(path) || this.#open.length >= maxDepth)
      throw new IscProblem(named, 'files include one another without end')
    if (this.#count > maxFiles) throw new IscProblem(named, `more than ${maxFiles} files are included`)
    this.#open.push(path)
    try {
      return this.#included(new Reader(wordsOf(readFileSync(file, 'utf8'), file)).document())
    } catch (error) {
      if (error instanceof IscProblem) throw error
      this.#problems.push({ ...named, message: (error as Error).message })
      return []
    } finally {
      this.#open.pop()
    }
  }

  #included(statements: IscStatement[]): IscStatement[] {
    return statements.flatMap(({ body, words }) => {
      const [first, name] = words
      if (is(first, 'include') && name?.isQuoted)
        return this.statements(resolve(dirname(first.file), name.text), { file: first.file, line: first.line })
      return [{ words, body: body && this.#included(body) }]
    })
  }
}

class Reader {
  readonly #words: readonly IscWord[]
  #at = 0

  constructor(words: readonly IscWord[]) {
    this.#words = words
  }

  document(): IscStatement[] {
    const statements = this.#statements(0)
    const rest = this.#words[this.#at]
    if (rest !== undefined) throw new IscProblem(rest, 'a } too many')
    return statements
  }

  /** To the end, or to the brace that closes. */
  #statements(depth: number): IscStatement[] {
    const statements: IscStatement[] = []
    let words: IscWord[] = []
    const end = (body?: IscStatement[]) => {
      const [first, ...others] = words
      if (first !== undefined) statements.push({ words: [first, ...others], body })
      words = []
    }
    for (let word = this.#words[this.#at]; word !== undefined && !is(word, '}'); word = this.#words[this.#at]) {
      this.#at += 1
      if (is(word, ';')) end()
      else if (isLabel(words[0] ?? word, word)) {
        words.push({ ...word, text: word.text.slice(0, -1) })
        end()
      } else if (is(word, '{') && isRecord(words.at(-1))) this.#skipRecord()
      else if (is(word, '{')) {
        if (depth >= maxDepth) throw new IscProblem(word, 'nested too deep')
        const body = this.#statements(depth + 1)
        if (this.#words[this.#at] === undefined) throw new IscProblem(word, 'this { is never closed')
        this.#at += 1
        end(body)
      } else words.push(word)
    }
    const [first] = words
    if (first !== undefined) throw new IscProblem(first, `no semicolon ends ${quoted(first.text)}`)
    return statements
  }

  /** `option x code 1 = { integer 8, text };`: these braces hold types. */
  #skipRecord(): void {
    while (this.#at < this.#words.length && !is(this.#words[this.#at], '}')) this.#at += 1
    this.#at += 1
  }
}

/** Whether it is this mark or word, and no text in quotes. */
export const is = (word: IscWord | undefined, text: string): boolean => word !== undefined && keyword(word) === text

/** dhcpd does not tell capitals from small letters but in quotes; a text in quotes is none. */
export const keyword = (word: IscWord | undefined): string =>
  word === undefined || word.isQuoted ? '' : word.text.toLowerCase()

/** `case "x":` or `default:`, and not `default <option> <value>`. */
const isLabel = (first: IscWord, last: IscWord): boolean =>
  !last.isQuoted && last.text.endsWith(':') && /^(?:case|default:?)$/.test(keyword(first))

const isRecord = (before: IscWord | undefined): boolean => is(before, '=') || is(before, 'of')

function wordsOf(text: string, file: string): IscWord[] {
  const words: IscWord[] = []
  let line = 1
  token.lastIndex = 0
  for (let match = token.exec(text)?.[0]; match !== undefined; match = token.exec(text)?.[0]) {
    if (match === '"') throw new IscProblem({ file, line }, 'a text has no end')
    const isQuoted = match.startsWith('"')
    if (isQuoted || !/^(?:\s|#)/.test(match))
      words.push({ file, line, isQuoted, text: isQuoted ? match.slice(1, -1).replaceAll(/\\(.)/g, '$1') : match })
    line += match.split('\n').length - 1
  }
  return words
}
