import { type DhcpConfiguration, isMac } from './dhcp-configuration.ts'
import { type IscCondition, readCondition } from './isc-condition.ts'
import { bootFilesOf, type Scope, type Setting } from './isc-settings.ts'
import { IscProblem, type IscStatement, type IscWord, is, readIscStatements } from './isc-statements.ts'

/** Reads a configuration of ISC's dhcpd with the files that it includes. Never throws: what can't be read is a problem. */
export function readIsc(file: string): DhcpConfiguration {
  const problems: DhcpConfiguration['problems'] = []
  const reader = new IscReader()
  try {
    reader.read(readIscStatements(file, problems))
  } catch (error) {
    if (!(error instanceof IscProblem)) throw error
    problems.push({ ...error.place, message: error.message })
  }
  const { isKnownOnly, reservations, settings } = reader
  return {
    server: 'isc',
    bootFiles: bootFilesOf(settings, isKnownOnly),
    reservations,
    precedence: 'settled',
    knownOnly: isKnownOnly,
    problems,
  }
}

class IscReader {
  readonly settings: Setting[] = []
  readonly reservations: DhcpConfiguration['reservations'] = []
  readonly #bootOptions = new Set(['bootfile-name', 'dhcp6.bootfile-url'])
  readonly #ipxeOptions = new Set<string>()
  readonly #ipxeSpaces = new Set(['ipxe', 'gpxe'])
  readonly #classes = new Map<string, { scope: Scope; condition: IscCondition; match: string }>()
  #scopes = 0
  #subnets = 0
  #openRanges = 0

  /** There is no address for machines without a host declaration. */
  get isKnownOnly(): boolean {
    return this.#subnets > 0 && this.#openRanges === 0
  }

  read(statements: readonly IscStatement[]): void {
    this.#statements(statements, { kind: 'network', path: [] }, [], true)
  }

  /** `isOpen`: machines without a host declaration get addresses of ranges in here. */
  #statements(
    statements: readonly IscStatement[],
    scope: Scope,
    conditions: readonly IscCondition[],
    isOpenOutside: boolean,
  ): void {
    const isOpen = isOpenOutside && !statements.some(({ words }) => isForKnown(words))
    let before: IscCondition[] = []
    for (const { body, words } of statements) {
      const [first, second] = words
      const isFurther = is(first, 'elsif') || is(first, 'else')
      if (!isFurther) before = []
      if (body === undefined) this.#line(words, scope, conditions, isOpen)
      else if (is(first, 'if') || isFurther) {
        const last = is(first, 'else') && !is(second, 'if')
        const own = last ? undefined : this.#condition(words.slice(is(first, 'else') ? 2 : 1))
        const here = [...before.map(not), ...(own === undefined ? [] : [own])]
        if (own !== undefined) before.push(own)
        this.#statements(body, scope, [...conditions, ...here], isOpen)
      } else this.#block(words, body, scope, conditions, isOpen)
    }
  }

  #block(
    [first, second, ...rest]: readonly IscWord[],
    body: readonly IscStatement[],
    { kind, path }: Scope,
    conditions: readonly IscCondition[],
    isOpen: boolean,
  ): void {
    this.#scopes += 1
    const inner: Scope = { kind, path: [...path, this.#scopes] }
    const name = second?.text ?? ''
    switch (first?.text) {
      case 'class': {
        const [, ...match] = body.find(({ words }) => is(words[0], 'match'))?.words ?? []
        const condition: IscCondition = is(match[0], 'if')
          ? this.#condition(match.slice(1))
          : { kind: 'has', what: `class ${name}` }
        const known = { scope: { ...inner, kind: 'class' } as const, condition, match: textOf(match) }
        this.#classes.set(name, known)
        this.#statements(body, known.scope, [condition], isOpen)
        return
      }
      case 'subclass': {
        const known = this.#classes.get(name)
        if (known === undefined) return
        const scope = { ...known.scope, path: [...known.scope.path, this.#scopes] }
        const isThis: IscCondition = { kind: 'equals', what: known.match, value: textOf(rest) }
        this.#statements(body, scope, [known.condition, isThis], isOpen)
        return
      }
      case 'host':
        inner.kind = 'host'
        break
      case 'group':
        // What a group says of its hosts counts as late as what they say themselves.
        if (body.some(({ words }) => is(words[0], 'host'))) inner.kind = 'host'
        break
      case 'subnet':
      case 'subnet6':
        this.#subnets += 1
    }
    this.#statements(body, inner, conditions, isOpen)
  }

  #line(words: readonly IscWord[], scope: Scope, conditions: readonly IscCondition[], isOpen: boolean): void {
    const [first, second, third] = words
    switch (first?.text) {
      case 'option':
        if (is(third, 'code')) this.#definition(second?.text ?? '', words.slice(3))
        else if (this.#bootOptions.has(second?.text ?? '')) this.#setting(words.slice(2), scope, conditions)
        break
      case 'filename':
        this.#setting(words.slice(1), scope, conditions)
        break
      case 'range':
      case 'range6':
        if (isOpen) this.#openRanges += 1
        break
      case 'hardware': {
        const bytes = third?.text.split(':').map((byte) => byte.padStart(2, '0')) ?? []
        const address = bytes.join(':')
        if (third !== undefined && isMac(address))
          this.reservations.push({ file: third.file, line: third.line, address })
      }
    }
  }

  /** `option NAME code CODE = TYPE;` */
  #definition(name: string, [code, , ...type]: readonly IscWord[]): void {
    const isOfSix = name.startsWith('dhcp6.')
    if (code?.text === (isOfSix ? '59' : '67') && (isOfSix || !name.includes('.'))) this.#bootOptions.add(name)
    if (name.includes('.') || code?.text !== '175') return
    this.#ipxeOptions.add(name)
    const space = is(type[0], 'encapsulate') ? type[1]?.text : undefined
    if (space !== undefined) this.#ipxeSpaces.add(space)
  }

  #condition(words: readonly IscWord[]): IscCondition {
    return readCondition(
      words,
      (name) => this.#ipxeOptions.has(name) || this.#ipxeSpaces.has(/^([^.]+)\./.exec(name)?.[1] ?? ''),
    )
  }

  #setting(words: readonly IscWord[], scope: Scope, conditions: readonly IscCondition[]): void {
    const [first] = words
    if (first === undefined) return
    const { file, line } = first
    this.settings.push({ file, line, value: textOf(words), scope, conditions })
  }
}

const textOf = (words: readonly IscWord[]): string => words.map(({ text }) => text).join(' ')

const not = (of: IscCondition): IscCondition => ({ kind: 'not', of })

function isForKnown([first, second, third]: readonly IscWord[]): boolean {
  const who = [second?.text, third?.text].filter((word) => word !== undefined).join('-')
  if (is(first, 'deny') || is(first, 'ignore')) return who === 'unknown-clients'
  return is(first, 'allow') && who === 'known-clients'
}
