import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type DhcpBootFile, type DhcpConfiguration, type DhcpPlace, isMac } from './dhcp-configuration.ts'
import { quoted } from './quoted.ts'

/** Of files that name one another: each is read once, but they may make a long chain. */
const maxDepth = 100

interface Option extends DhcpPlace {
  name: string
  value: string
}

/** Reads a configuration of dnsmasq with the files that it names. Never throws: what can't be read is a problem. */
export function readDnsmasq(file: string): DhcpConfiguration {
  const problems: DhcpConfiguration['problems'] = []
  const options = new DnsmasqFiles(problems).options(file, { file, line: 1 }, 'options')
  const ipxeTags = tagsOfIpxe(options)
  return {
    server: 'dnsmasq',
    bootFiles: options.flatMap((option) => bootFile(option, ipxeTags)),
    reservations: options
      .filter(({ name }) => name === 'dhcp-host')
      .flatMap(({ file: from, line, value }) =>
        wordsOf(value)
          .filter(isMac)
          .map((address) => ({ file: from, line, address })),
      ),
    precedence: 'conditions',
    knownOnly: options.some(({ name, value }) => name === 'dhcp-ignore' && /(?:tag:|#|^)!known\b/.test(value)),
    problems,
    notJudged: [],
  }
}

class DnsmasqFiles {
  readonly #problems: DhcpConfiguration['problems']
  readonly #read = new Set<string>()
  #depth = 0

  constructor(problems: DhcpConfiguration['problems']) {
    this.#problems = problems
  }

  /** `hosts`: lines are what stands after `dhcp-host=` elsewhere. */
  options(file: string, named: DhcpPlace, kind: 'options' | 'hosts'): Option[] {
    const path = resolve(file)
    if (this.#read.has(path)) return []
    this.#read.add(path)
    if (this.#depth >= maxDepth) {
      this.#problems.push({ file: named.file, line: named.line, message: 'files name one another without end' })
      return []
    }
    const text = this.#try(named, () => readFileSync(path, 'utf8'))
    if (text === undefined) return []
    this.#depth += 1
    const options = this.#options(text, file, kind)
    this.#depth -= 1
    return options
  }

  #options(text: string, file: string, kind: 'options' | 'hosts'): Option[] {
    return text.split('\n').flatMap((content, index): Option[] => {
      const place = { file, line: index + 1 }
      const line = content.replace(/(^|\s)#.*$/, '').trim()
      if (line === '') return []
      if (kind === 'hosts') return [{ ...place, name: 'dhcp-host', value: line }]
      const [, name = '', value = ''] = /^([a-z0-9-]+)\s*(?:=\s*(.*))?$/.exec(line) ?? []
      if (name === '') {
        this.#problems.push({ ...place, message: `${quoted(line)} is no option of dnsmasq` })
        return []
      }
      return this.#followed({ ...place, name, value: unquoted(value) })
    })
  }

  #followed(option: Option): Option[] {
    const path = resolve(dirname(resolve(option.file)), option.value.split(',')[0] ?? '')
    switch (option.name) {
      case 'conf-file':
        return this.options(path, option, 'options')
      case 'conf-dir':
        return this.#folder(path, option, 'options')
      case 'dhcp-hostsfile':
        return this.#isFolder(path) ? this.#folder(path, option, 'hosts') : this.options(path, option, 'hosts')
      case 'dhcp-hostsdir':
        return this.#folder(path, option, 'hosts')
      default:
        return [option]
    }
  }

  #folder(path: string, option: Option, kind: 'options' | 'hosts'): Option[] {
    const suffixes = kind === 'options' ? option.value.split(',').slice(1) : []
    const names = this.#try(option, () => readdirSync(path)) ?? []
    return names
      .filter((name) => !name.startsWith('.') && !name.endsWith('~') && !/^#.*#$/.test(name))
      .filter((name) => fits(name, suffixes))
      .sort()
      .map((name) => join(path, name))
      .filter((one) => !this.#isFolder(one))
      .flatMap((one) => this.options(one, option, kind))
  }

  #isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

  #try<T>({ file, line }: DhcpPlace, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      this.#problems.push({ file, line, message: (error as Error).message })
      return undefined
    }
  }
}

/** `*.conf` asks for an end, a name without a star is left out. */
function fits(name: string, suffixes: readonly string[]): boolean {
  const wanted = suffixes.filter((suffix) => suffix.startsWith('*')).map((suffix) => suffix.slice(1))
  const refused = suffixes.filter((suffix) => suffix !== '' && !suffix.startsWith('*'))
  return (wanted.length === 0 || wanted.some((end) => name.endsWith(end))) && !refused.some((end) => name.endsWith(end))
}

/** Tags that only machines have which run iPXE: by its option 175, its user class, or its vendor's encapsulated options. */
function tagsOfIpxe(options: readonly Option[]): Set<string> {
  const tags = new Set<string>()
  for (const { name, value } of options) {
    const isMatch =
      (name === 'dhcp-match' && /,\s*(?:option6?:)?175\b/.test(value)) ||
      (/^dhcp-(?:userclass|match|vendorclass)$/.test(name) && /\biPXE\b/i.test(value.replace(/^[^,]*,/, '')))
    const tag = isMatch ? /^(?:set:|net:)?([^,]+)/.exec(value)?.[1] : undefined
    if (tag !== undefined) tags.add(tag)
  }
  // One tag may stand for others: tag-if=set:a,tag:b.
  for (const { name, value } of options) {
    if (name !== 'tag-if') continue
    const words = wordsOf(value)
    if (words.some((word) => word.startsWith('tag:') && tags.has(word.slice(4))))
      for (const word of words) if (word.startsWith('set:')) tags.add(word.slice(4))
  }
  return tags
}

function bootFile({ file, line, name, value }: Option, ipxeTags: ReadonlySet<string>): DhcpBootFile[] {
  const words = wordsOf(value)
  const tags = words.filter((word) => /^(?:tag|net):/.test(word)).map((word) => word.slice(4))
  const rest = words.filter((word) => !/^(?:tag|net|set):/.test(word))
  const what = name === 'dhcp-boot' ? rest[0] : optionValue(name, rest)
  if (what === undefined || what === '') return []
  const ipxe = tags.some((tag) => ipxeTags.has(tag))
    ? 'only'
    : tags.some((tag) => /^[!#]/.test(tag) && ipxeTags.has(tag.slice(1)))
      ? 'never'
      : 'either'
  return [{ file, line, value: what, ipxe }]
}

/** Option 67 of DHCPv4, 59 of DHCPv6. */
function optionValue(name: string, [option = '', ...value]: readonly string[]): string | undefined {
  if (!/^dhcp-option(?:-force)?$/.test(name)) return undefined
  const isBootFile = /^(?:67|option:(?:67|bootfile-name)|option6:(?:59|bootfile-url))$/.test(option)
  return isBootFile ? unquoted(value.join(',')) : undefined
}

const wordsOf = (value: string): string[] => value.split(',').map((word) => word.trim())

const unquoted = (text: string): string => text.replace(/^"(.*)"$/, '$1')
