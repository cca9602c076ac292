import { BootringError } from '../model/errors.ts'
import type { FleetNode } from '../model/stores.ts'
import { FleetChecker } from './fleet-checker.ts'
import { jsonEntries, yamlEntries, yamlEntriesInPieces } from './fleet-entries.ts'
import { Problems } from './problems.ts'

/** Longest fleet file: about a quarter of a million nodes. */
export const maxFleetBytes = 100 * 1024 * 1024

/** What is wrong with a field, found by somebody who knows more than the file. */
export interface FleetFault {
  /** Such as `nodes[3].driver`. */
  field: string
  message: string
}

/** A checked fleet that still knows its file. */
export interface Fleet {
  nodes: FleetNode[]
  /** `file:line:column` of a field such as `nodes[3].ports[0].address`, or at least of its entry. */
  place(field: string): string
  /** `FleetInvalid` with one line a fault, as the file's own have. */
  invalid(faults: readonly FleetFault[]): BootringError
}

/** Parses a fleet file, YAML or JSON. Throws `FleetInvalid` with one line a problem: `file:line:column: field: what is wrong`. */
export function parseFleet(text: string, fileName: string): FleetNode[] {
  return readFleet(text, fileName).nodes
}

/** As `parseFleet`, with the means to name the line of a problem found later. */
export function readFleet(text: string, fileName: string): Fleet {
  if (text.length > maxFleetBytes) throw tooLarge(fileName)
  const { problems, checker } = isJson(text, fileName) ? checkJson(text, fileName) : checkYaml(text, fileName)
  if (problems.count > 0) throw problems.error()
  return {
    nodes: checker.nodes,
    place: (field) => {
      const at = checker.offset(field)
      return at === undefined ? fileName : problems.place(at)
    },
    invalid: (faults) => {
      for (const { field, message } of faults) problems.add(checker.offset(field) ?? 0, field, message)
      return problems.error()
    },
  }
}

/** The text of a fleet file, a byte order mark removed. Throws `FleetInvalid` when it is too large or not UTF-8. */
export function decodeFleet(bytes: Uint8Array, fileName: string): string {
  if (bytes.length > maxFleetBytes) throw tooLarge(fileName)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new BootringError('FleetInvalid', `${fileName}:1:1: the file is not UTF-8 text`, { cause })
  }
}

function tooLarge(fileName: string): BootringError {
  return new BootringError(
    'FleetInvalid',
    `${fileName}:1:1: the file is larger than ${maxFleetBytes / 1024 / 1024} MiB`,
  )
}

/** By extension; else by content: YAML may begin with a brace as well, so only what parses is JSON. */
function isJson(text: string, fileName: string): boolean {
  if (/\.json$/i.test(fileName)) return true
  if (!/^\s*[{[]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

interface Checked {
  problems: Problems
  checker: FleetChecker
}

function checkJson(text: string, fileName: string): Checked {
  const problems = new Problems(text, fileName)
  const checker = new FleetChecker(problems)
  for (const entry of jsonEntries(text, problems)) checker.add(entry)
  return { problems, checker }
}

function checkYaml(text: string, fileName: string): Checked {
  const inPieces = checkYamlInPieces(text, fileName)
  if (inPieces !== undefined) return inPieces
  const problems = new Problems(text, fileName)
  const checker = new FleetChecker(problems)
  for (const entry of yamlEntries(text, problems)) checker.add(entry)
  return { problems, checker }
}

function checkYamlInPieces(text: string, fileName: string): Checked | undefined {
  const problems = new Problems(text, fileName)
  const checker = new FleetChecker(problems)
  for (const entries of yamlEntriesInPieces(text)) {
    if (entries === undefined) return undefined
    for (const entry of entries) checker.add(entry)
  }
  return checker.nodes.length > 0 || problems.count > 0 ? { problems, checker } : undefined
}
