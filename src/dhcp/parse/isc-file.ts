import { type DhcpConfiguration, isMac } from './dhcp-configuration.ts'
import { type Alternatives, always, not, orElse, unknown } from './isc-alternatives.ts'
import { equality, type IscCondition, isAboutIpxe, readCondition, textOf } from './isc-condition.ts'
import { bootFilesOf, type Scope, type Setting } from './isc-settings.ts'
import { IscProblem, type IscStatement, type IscWord, is, keyword, readIscStatements } from './isc-statements.ts'
import { type SubclassValues, subclassValues } from './isc-subclasses.ts'

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
  const { isKnownOnly, notJudged, reservations, settings } = reader
  const bootFiles = bootFilesOf(settings, isKnownOnly)
  const unclear = bootFiles
    .filter(({ ipxe }) => ipxe === 'unknown')
    .map(({ file: where, line }) => ({ file: where, line, message: 'who gets this depends on what is not understood' }))
  return {
    server: 'isc',
    bootFiles,
    reservations,
    precedence: 'settled',
    knownOnly: isKnownOnly,
    problems,
    notJudged: [...notJudged, ...unclear],
  }
}

/** What statements hold for. */
interface Where {
  scope: Scope
  conditions: readonly IscCondition[]
  /** Machines without a host declaration get addresses of ranges in here. */
  isOpen: boolean
}

interface IscClass {
  scope: Scope
  /** What its machines have in common. */
  conditions: readonly IscCondition[]
  /** What subclasses name a value of; empty where it has a condition. */
  match: string
}

class IscReader {
  readonly settings: Setting[] = []
  readonly reservations: DhcpConfiguration['reservations'] = []
  readonly notJudged: DhcpConfiguration['notJudged'] = []
  readonly #bootOptions = new Set(['bootfile-name', 'dhcp.bootfile-name', 'server.filename', 'dhcp6.bootfile-url'])
  readonly #ipxeOptions = new Set<string>()
  readonly #ipxeSpaces = new Set(['ipxe', 'gpxe'])
  readonly #variables = new Set<string>()
  readonly #classes = new Map<string, IscClass>()
  readonly #names = {
    isIpxeOption: (name: string) =>
      this.#ipxeOptions.has(name) || this.#ipxeSpaces.has(/^([^.]+)\./.exec(name)?.[1] ?? ''),
    isVariable: (name: string) => this.#variables.has(name),
  }
  #scopes = 0
  #subnets = 0
  #openRanges = 0

  /** There is no address for machines without a host declaration. */
  get isKnownOnly(): boolean {
    return this.#subnets > 0 && this.#openRanges === 0
  }

  read(statements: readonly IscStatement[]): void {
    const values = subclassValues(statements)
    this.#statements(statements, { scope: { kind: 'network', path: [] }, conditions: [], isOpen: true }, values)
  }

  #statements(statements: readonly IscStatement[], outside: Where, values: SubclassValues): void {
    const isOpen = outside.isOpen && !statements.some(({ words }) => isForKnown(words))
    const where = { ...outside, isOpen }
    let before: Alternatives | undefined
    let isOver = false
    for (const { body, words } of statements) {
      const [first, second] = words
      const isFurther = is(first, 'elsif') || is(first, 'else')
      if (!isFurther) before = undefined
      // What declares is read wherever it stands; what is done ends with a break.
      if (isOver && isDone(words)) continue
      if (is(first, 'break')) isOver = true
      else if (body === undefined) this.#line(words, where)
      else if (is(first, 'if') || isFurther) {
        const last = is(first, 'else') && !is(second, 'if')
        const own = last ? undefined : readCondition(words.slice(is(first, 'else') ? 2 : 1), this.#names)
        const here = [...(before === undefined ? [] : [not(before.condition)]), ...(own === undefined ? [] : [own])]
        if (own !== undefined) before = orElse(before, own)
        this.#statements(body, { ...where, conditions: [...where.conditions, ...here] }, values)
      } else if (is(first, 'switch')) this.#switch(words.slice(1), body, where, values)
      else if (is(first, 'on')) this.#statements(body, { ...where, conditions: [...where.conditions, unknown] }, values)
      else this.#block(words, body, where, values)
    }
  }

  /** From the label that fits on to a break, past other labels; what stands before the first one is never done. */
  #switch([, ...rest]: readonly IscWord[], body: readonly IscStatement[], where: Where, values: SubclassValues): void {
    const what = rest.slice(0, -1)
    const asks = (label: IscStatement) => {
      const [word, ...value] = label.words
      if (!is(word, 'case')) return undefined
      const mark: IscWord = { ...word, isQuoted: false, text: '=' }
      return readCondition(
        [...what, mark, ...value.filter(({ isQuoted, text }) => isQuoted || text !== '')],
        this.#names,
      )
    }
    const labels = body.filter(isSwitchLabel)
    const cases = labels.map(asks).filter((condition) => condition !== undefined)
    let any: Alternatives | undefined
    for (const condition of cases) any = orElse(any, condition)
    let here: Alternatives | undefined
    let part: IscStatement[] = []
    const end = () => {
      if (here !== undefined && part.length > 0)
        this.#statements(part, { ...where, conditions: [...where.conditions, here.condition] }, values)
      part = []
    }
    for (const statement of body) {
      if (isSwitchLabel(statement)) {
        end()
        const condition = asks(statement) ?? (any === undefined ? always : not(any.condition))
        here = orElse(here, condition)
      } else if (is(statement.words[0], 'break')) {
        end()
        here = undefined
      } else part.push(statement)
    }
    end()
  }

  #block(
    [first, second, ...rest]: readonly IscWord[],
    body: readonly IscStatement[],
    where: Where,
    values: SubclassValues,
  ): void {
    this.#scopes += 1
    const { kind, path } = where.scope
    const inner: Scope = { kind, path: [...path, this.#scopes] }
    const name = second?.text ?? ''
    switch (keyword(first)) {
      case 'class': {
        const scope = { kind: 'class', path: [this.#scopes] } as const
        const known = { scope, ...this.#membership(name, body, values) }
        this.#classes.set(name, known)
        this.#statements(body, { ...where, ...known }, values)
        return
      }
      case 'subclass': {
        const known = this.#classes.get(name)
        if (known === undefined) return
        const scope = { ...known.scope, path: [...known.scope.path, this.#scopes] }
        const conditions = known.match === '' ? [...known.conditions, unknown] : [this.#isOf(known.match, textOf(rest))]
        this.#statements(body, { ...where, scope, conditions }, values)
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
    this.#statements(body, { ...where, scope: inner }, values)
  }

  /** Who is in a class: those whom it asks for, or those that its subclasses name. */
  #membership(
    name: string,
    body: readonly IscStatement[],
    values: SubclassValues,
  ): Pick<IscClass, 'conditions' | 'match'> {
    const [, ...asked] = body.find(({ words }) => is(words[0], 'match'))?.words ?? []
    if (is(asked[0], 'if')) return { conditions: [readCondition(asked.slice(1), this.#names)], match: '' }
    const match = textOf(asked)
    const has: IscCondition = { kind: 'has', what: `class ${name}` }
    // Lists of MACs and the like say nothing of what a machine runs.
    if (!isAboutIpxe(match)) return { conditions: [has], match }
    let any: Alternatives | undefined
    for (const value of values.get(name) ?? []) any = orElse(any, this.#isOf(match, value))
    return { conditions: [any?.condition ?? has], match }
  }

  #isOf(match: string, value: string): IscCondition {
    return isAboutIpxe(match) ? equality(match, value) : { kind: 'equals', what: match, value }
  }

  #line(words: readonly IscWord[], where: Where): void {
    const [first, second, third] = words
    switch (keyword(first)) {
      case 'option':
        if (is(third, 'code')) this.#definition(keyword(second), words.slice(3))
        else if (this.#bootOptions.has(keyword(second))) this.#setting(words.slice(2), where)
        break
      case 'supersede':
        if (this.#bootOptions.has(keyword(second))) this.#setting(words.slice(2), where)
        break
      case 'default':
      case 'append':
      case 'prepend':
        if (first !== undefined && this.#bootOptions.has(keyword(second)))
          this.#notJudged(first, `${keyword(first)} makes a boot file of one that was set before`)
        break
      case 'filename':
        this.#setting(words.slice(1), where)
        break
      case 'set':
        this.#variables.add(keyword(second))
        break
      case 'range':
      case 'range6':
        if (where.isOpen) this.#openRanges += 1
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
    if (is(type[0], 'encapsulate')) this.#ipxeSpaces.add(keyword(type[1]))
  }

  #setting(words: readonly IscWord[], { conditions, scope }: Where): void {
    const value = is(words[0], '=') ? words.slice(1) : words
    const [first] = value
    if (first === undefined) return
    const { file, line } = first
    const isText = first.isQuoted && value.length === 1
    if (!isText) this.#notJudged(first, 'this boot file is made up when a machine asks')
    this.settings.push({ file, line, value: isText ? first.text : '', scope, conditions })
  }

  #notJudged({ file, line }: IscWord, message: string): void {
    this.notJudged.push({ file, line, message })
  }
}

const isSwitchLabel = ({ body, words: [first, second] }: IscStatement): boolean =>
  body === undefined && (is(first, 'case') || (is(first, 'default') && (second === undefined || second.text === '')))

/** Whether dhcpd does it for a machine, and not reads it once. */
const isDone = ([first, second, third]: IscStatement['words']): boolean =>
  /^(?:if|elsif|else|switch|on|filename|supersede|default|append|prepend|set)$/.test(keyword(first)) ||
  (is(first, 'option') && second !== undefined && !is(third, 'code'))

function isForKnown([first, second, third]: readonly IscWord[]): boolean {
  const who = [keyword(second), keyword(third)].filter((word) => word !== '').join('-')
  if (is(first, 'deny') || is(first, 'ignore')) return who === 'unknown-clients'
  return is(first, 'allow') && who === 'known-clients'
}
