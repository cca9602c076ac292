import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { apiLimits } from '../src/api/api-limits.ts'
import { fileServerLimits } from '../src/conductor/file-server/file-server-limits.ts'
import { sections } from '../src/config/config.ts'
import { adminLimits } from '../src/observe/admin-limits.ts'
import { rpcServerLimits } from '../src/rpc/rpc-limits.ts'

const page = readFileSync(new URL('../docs/limits.md', import.meta.url), 'utf8')

const listeners: [heading: string, limits: object][] = [
  ['API', apiLimits],
  ['Admin port', adminLimits],
  ['RPC of a conductor', rpcServerLimits],
  ['File server of a conductor', fileServerLimits],
]

const options: Readonly<Record<string, { default: unknown }>> = sections.bootring

/** The rows of the table below a heading, by the name of the limit. */
function rows(heading: string): Map<string, { value: string; option: string }> {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  const found = [...section.matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]*)\|/gm)]
  return new Map(found.map(([, name = '', value = '', option = '']) => [name, { value, option: option.trim() }]))
}

function read(name: string, text: string): number {
  const number = Number(/^[\d.,]+/.exec(text)?.[0].replaceAll(',', ''))
  if (text.endsWith(' s')) return name.endsWith('Milliseconds') ? number * 1000 : number
  if (text.endsWith(' KiB')) return number * 1024
  return text.endsWith(' MiB') ? number * 1024 * 1024 : number
}

describe.each(listeners)('docs/limits.md, %s', (heading, limits) => {
  it('has each limit with its value, and no other', () => {
    const table = rows(heading)
    const shown = Object.fromEntries([...table].map(([name, { value }]) => [name, read(name, value)]))
    expect(shown).toEqual({ ...limits })
  })

  it('names options whose defaults are these values', () => {
    for (const [name, { option, value }] of rows(heading)) {
      if (option === '') continue
      const key = /^`\[bootring\](\w+)`$/.exec(option)?.[1] ?? ''
      expect({ option, default: options[key]?.default }).toEqual({ option, default: read(name, value) })
    }
  })
})
