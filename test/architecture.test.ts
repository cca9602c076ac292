import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const source = fileURLToPath(new URL('../src', import.meta.url))

/**
 * Which folder of src may import which. Imports that are types only may also reach `config`, whose option types a
 * folder needs to be handed its own options. What is not listed here is forbidden.
 */
const mayImport: Record<string, string[]> = {
  model: [],
  http: [],
  threads: [],
  config: ['model'],
  ring: ['model'],
  ipxe: ['model', 'observe'],
  rpc: ['model', 'observe', 'http', 'threads'],
  dhcp: ['model'],
  events: ['model', 'observe'],
  syslog: ['model', 'observe'],
  preflight: ['model', 'ipxe', 'dhcp', 'http'],
  db: ['model', 'observe', 'threads'],
  fleet: ['model'],
  resources: ['model'],
  observe: ['model'],
  drivers: ['model', 'observe', 'ipxe', 'resources'],
  conductor: ['model', 'observe', 'ipxe', 'rpc', 'ring', 'drivers', 'http', 'resources'],
  attached: ['model', 'observe', 'rpc', 'ring'],
  api: ['model', 'observe', 'rpc', 'ring', 'http', 'resources', 'events'],
  commands: ['*'],
  'main.ts': ['*'],
}

interface Import {
  from: string
  to: string
  typeOnly: boolean
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => normalize(file))
const productFiles = files.filter((file) => !file.endsWith('.test.ts'))

/** All import and export-from statements; their specifiers resolved to paths below src where they are relative. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8')
  const found: Import[] = []
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm)) {
    found.push({ from: file, to: match[2] as string, typeOnly: match[1] !== undefined })
  }
  for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    found.push({ from: file, to: match[1] as string, typeOnly: false })
  }
  return found.map((entry) =>
    entry.to.startsWith('.') ? { ...entry, to: relative(source, join(source, dirname(file), entry.to)) } : entry,
  )
}

const imports = productFiles.flatMap(importsOf)
const own = imports.filter((entry) => files.includes(entry.to))
const folder = (file: string) => file.split('/')[0] as string

/** The first cycle that a walk from `start` meets, as a list of files. */
function cycleFrom(start: string, edges: Map<string, string[]>): string[] | undefined {
  const path: string[] = []
  const done = new Set<string>()
  const walk = (at: string): string[] | undefined => {
    if (path.includes(at)) return [...path.slice(path.indexOf(at)), at]
    if (done.has(at)) return undefined
    path.push(at)
    for (const next of edges.get(at) ?? []) {
      const cycle = walk(next)
      if (cycle) return cycle
    }
    path.pop()
    done.add(at)
    return undefined
  }
  return walk(start)
}

describe('the house rules', () => {
  it('finds the files and their imports', () => {
    expect(productFiles.length).toBeGreaterThan(30)
    expect(own.length).toBeGreaterThan(50)
  })

  it('every folder imports only what it may', () => {
    const broken = own.filter(({ from, to, typeOnly }) => {
      const [a, b] = [folder(from), folder(to)]
      if (a === b) return false
      const allowed = mayImport[a]
      if (!allowed) return true
      return !(allowed.includes('*') || allowed.includes(b) || (typeOnly && b === 'config'))
    })
    expect(broken.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  it('no file imports itself, however long the way round', () => {
    const edges = new Map<string, string[]>()
    for (const { from, to, typeOnly } of own) if (!typeOnly) edges.set(from, [...(edges.get(from) ?? []), to])
    const cycles = productFiles.flatMap((file) => {
      const cycle = cycleFrom(file, edges)
      return cycle ? [cycle.join(' → ')] : []
    })
    expect(cycles).toEqual([])
  })

  it('relative imports name a file that exists', () => {
    const missing = imports.filter(({ to }) => to.includes('/') && to.endsWith('.ts') && !files.includes(to))
    expect(missing.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  it('only commands and main read argv or the environment, or exit', () => {
    const forbidden = /\bprocess\.(argv|env|exit|exitCode)\b/
    const broken = productFiles.filter(
      (file) =>
        !['commands', 'main.ts'].includes(folder(file)) && forbidden.test(readFileSync(join(source, file), 'utf8')),
    )
    expect(broken).toEqual([])
  })

  it('no default exports, and no file that only passes on others', () => {
    const broken = productFiles.filter((file) => {
      const text = readFileSync(join(source, file), 'utf8')
      return /^export default\b/m.test(text) || /^export \* from\b/m.test(text)
    })
    expect(broken).toEqual([])
  })

  it('no file has grown into a manager of everything', () => {
    const lines = productFiles.map((file) => ({
      file,
      lines: readFileSync(join(source, file), 'utf8').split('\n').length,
    }))
    expect(lines.filter((entry) => entry.lines > 400)).toEqual([])
  })
})
