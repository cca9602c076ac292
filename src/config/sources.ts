import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { type IniEntry, normalizeGroup, parseIni } from './ini.ts'
import type { Origin, Problem } from './problem.ts'

/** Where values come from; later sources win: files in their order, the environment, the overrides. */
export interface ConfigSources {
  readonly files: readonly string[]
  /** Only `OS_<GROUP>__<OPTION>` is looked at. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Texts by group and name, as they would stand in a file. */
  readonly overrides?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A text that some source gives to an option, under one of its names. */
export interface Assignment {
  readonly group: string
  readonly name: string
  readonly text: string
  readonly origin: Origin
}

export interface Assignments {
  /** The one that wins, of all those under any of these `[group, name]` pairs; the first pair is the present name. */
  find(names: readonly (readonly [group: string, name: string])[]): Assignment | undefined
  /** Every entry of every file. */
  readonly entries: readonly IniEntry[]
  /** Files that can't be read, lines that make no sense. */
  readonly problems: readonly Problem[]
}

const key = (group: string, name: string): string => `${group}\0${name}`

const environmentName = (group: string, name: string): string => `OS_${group.toUpperCase()}__${name.toUpperCase()}`

/** Reads all files. Never throws for what is in them or in the way of reading them. */
export function readSources({ files, env, overrides = {} }: ConfigSources): Assignments {
  const problems: Problem[] = []
  const perFile: Map<string, IniEntry>[] = []
  const entries: IniEntry[] = []
  for (const file of files) {
    const parsed = readIniFile(file)
    problems.push(...parsed.problems)
    entries.push(...parsed.entries)
    // A repeated name: the last one wins.
    perFile.unshift(new Map(parsed.entries.map((entry) => [key(entry.group, entry.name), entry])))
  }

  const given = new Map(
    Object.entries(overrides).flatMap(([group, options]) =>
      Object.entries(options).map(([name, text]): [string, string] => [key(normalizeGroup(group), name), text]),
    ),
  )

  function find(names: readonly (readonly [group: string, name: string])[]): Assignment | undefined {
    const [group, name] = names[0] ?? ['', '']
    const override = given.get(key(group, name))
    if (override !== undefined) return { group, name, text: override, origin: { override: true } }
    const environment = environmentName(group, name)
    const exported = Object.hasOwn(env, environment) ? env[environment] : undefined
    if (exported !== undefined) return { group, name, text: exported, origin: { environment } }
    for (const file of perFile)
      for (const [group, name] of names) {
        const entry = file.get(key(group, name))
        if (entry !== undefined)
          return { group, name, text: entry.value, origin: { file: entry.file, line: entry.line } }
      }
    return undefined
  }

  return { find, entries, problems }
}

function readIniFile(file: string): { entries: IniEntry[]; problems: Problem[] } {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { entries: [], problems: [{ file, expected: `a readable file: ${reasons[code] ?? code}` }] }
  }
  if (!isUtf8(bytes)) return { entries: [], problems: [{ file, ...firstBadLine(bytes), expected: 'text in UTF-8' }] }
  return parseIni(bytes.toString('utf8'), file)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is none (ENOENT)',
  EACCES: 'permission denied (EACCES)',
  EISDIR: 'this is a folder (EISDIR)',
  ENOTDIR: 'a part of its path is no folder (ENOTDIR)',
}

function firstBadLine(bytes: Buffer): { line: number } {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start)
    if (!isUtf8(bytes.subarray(start, end < 0 ? bytes.length : end)) || end < 0) break
    start = end + 1
  }
  return { line }
}
