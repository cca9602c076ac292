import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type JsonNode, JsonProblem, parseCommentedJson } from './commented-json.ts'
import { type DhcpBootFile, type DhcpConfiguration, isMac } from './dhcp-configuration.ts'

const maxDepth = 20
/** Files that include others twice, which include others twice, and so on. */
const maxFiles = 10_000

/** Reads a configuration of kea-dhcp4 or kea-dhcp6. Never throws: what can't be read is a problem. */
export function readKea(file: string): DhcpConfiguration {
  const configuration: DhcpConfiguration = {
    server: 'kea',
    bootFiles: [],
    reservations: [],
    precedence: 'first',
    knownOnly: false,
    problems: [],
    notJudged: [],
  }
  try {
    new KeaReader(file, configuration).walk(new KeaFiles().node(file, []), 'either')
  } catch (error) {
    const at = error instanceof JsonProblem ? error : undefined
    configuration.problems.push({ file: at?.file ?? file, line: at?.line ?? 1, message: (error as Error).message })
  }
  return configuration
}

class KeaFiles {
  #count = 0

  /** `within`: the files that include it. Throws `JsonProblem`. */
  node(file: string, within: readonly string[]): JsonNode {
    const path = resolve(file)
    const text = readFileSync(file, 'utf8')
    try {
      return parseCommentedJson(text, (name, line) => {
        const included = resolve(dirname(file), name)
        const open = [...within, path]
        this.#count += 1
        if (open.includes(included) || open.length > maxDepth)
          throw new JsonProblem(line, 'files include one another without end')
        if (this.#count > maxFiles) throw new JsonProblem(line, `more than ${maxFiles} files are included`)
        // What is in there is told with the line that names it.
        return atLine({ line, value: this.#included(included, line, open).value }, line)
      })
    } catch (error) {
      if (!(error instanceof JsonProblem) || error.file !== undefined) throw error
      throw new JsonProblem(error.line, error.message, file)
    }
  }

  #included(file: string, line: number, within: readonly string[]): JsonNode {
    try {
      return this.node(file, within)
    } catch (error) {
      throw error instanceof JsonProblem ? error : new JsonProblem(line, (error as Error).message)
    }
  }
}

function atLine({ value }: JsonNode, line: number): JsonNode {
  if (value instanceof Map) return { line, value: new Map([...value].map(([key, node]) => [key, atLine(node, line)])) }
  return { line, value: Array.isArray(value) ? value.map((node) => atLine(node, line)) : value }
}

class KeaReader {
  readonly #file: string
  readonly #found: DhcpConfiguration
  readonly #ipxeClasses = new Set<string>()

  constructor(file: string, found: DhcpConfiguration) {
    this.#file = file
    this.#found = found
  }

  /** Classes count before subnets and what holds everywhere, so they come first. */
  walk({ value }: JsonNode, ipxe: DhcpBootFile['ipxe']): void {
    if (Array.isArray(value)) for (const node of value) this.walk(node, ipxe)
    if (!(value instanceof Map)) return
    for (const one of listOf(value.get('client-classes'))) this.#class(one)
    this.#bootFiles(value, ipxe)
    for (const one of listOf(value.get('reservations'))) this.#reservation(one)
    for (const [key, node] of value) {
      if (key === 'client-classes' || key === 'option-data' || key === 'option-def') continue
      this.walk(node, ipxe)
    }
  }

  #class(node: JsonNode): void {
    if (!(node.value instanceof Map)) return
    const name = textOf(node.value.get('name')) ?? ''
    const test = (textOf(node.value.get('test')) ?? textOf(node.value.get('template-test')) ?? '').replaceAll(
      /\s+/g,
      ' ',
    )
    const ipxe = this.#whom(test)
    if (ipxe === 'only') this.#ipxeClasses.add(name)
    if (name === 'DROP' && /not\s+member\(\s*'KNOWN'\s*\)|member\(\s*'UNKNOWN'\s*\)/.test(test))
      this.#found.knownOnly = true
    this.#bootFiles(node.value, ipxe)
  }

  /** iPXE shows itself by its option 175 (239 in DHCPv6), and by its user class. */
  #whom(test: string): DhcpBootFile['ipxe'] {
    const ownMarks =
      /(not\s*\(?\s*)?(?:option\[(?:175|239)\]|(?:substring\([^()]*\)|option\[(?:77|15)\]\.(?:hex|text))\s*==\s*'iPXE')/
    const classes = [...test.matchAll(/(not\s+)?member\(\s*'([^']*)'\s*\)/g)].filter((match) =>
      this.#ipxeClasses.has(match[2] ?? ''),
    )
    const mark = ownMarks.exec(test)
    if (mark === null && classes.length === 0) return 'either'
    return mark?.[1] !== undefined || classes.some((match) => match[1] !== undefined) ? 'never' : 'only'
  }

  #bootFiles(value: Map<string, JsonNode>, ipxe: DhcpBootFile['ipxe']): void {
    const add = (node: JsonNode | undefined) => {
      const text = textOf(node)
      if (node !== undefined && text !== undefined && text !== '')
        this.#found.bootFiles.push({ file: this.#file, line: node.line, value: text, ipxe })
    }
    add(value.get('boot-file-name'))
    for (const { value: option } of listOf(value.get('option-data'))) {
      if (!(option instanceof Map)) continue
      const [name, code] = [textOf(option.get('name')), option.get('code')?.value]
      const [space] = [textOf(option.get('space'))]
      if (space !== undefined && space !== 'dhcp4' && space !== 'dhcp6') continue
      if (name === 'boot-file-name' || name === 'bootfile-url' || (name === undefined && (code === 67 || code === 59)))
        add(option.get('data'))
    }
  }

  #reservation({ value }: JsonNode): void {
    if (!(value instanceof Map)) return
    const address = value.get('hw-address')
    const text = textOf(address)
    if (address !== undefined && text !== undefined && isMac(text))
      this.#found.reservations.push({ file: this.#file, line: address.line, address: text })
  }
}

const listOf = (node: JsonNode | undefined): JsonNode[] => (Array.isArray(node?.value) ? node.value : [])

const textOf = (node: JsonNode | undefined): string | undefined =>
  typeof node?.value === 'string' ? node.value : undefined
