import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { methods } from './contract.ts'
import { rpcReference } from './reference.ts'

describe('rpcReference', () => {
  it('is what docs/reference/rpc.md says; node tools/reference.ts makes it anew', () => {
    const page = readFileSync(new URL('../../docs/reference/rpc.md', import.meta.url), 'utf8')
    expect(page).toBe(rpcReference())
  })

  it('describes every method and parameter', () => {
    const page = rpcReference()
    for (const [name, { description, params }] of Object.entries(methods)) {
      expect(page).toContain(`## ${name}\n`)
      for (const param of Object.keys(params.properties)) expect(page).toContain(`| \`${param}\` |`)
      expect(page).toContain(description)
    }
    expect(page).not.toContain('undefined')
  })
})
