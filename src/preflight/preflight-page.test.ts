import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { checks } from './checks.ts'

it('the page on preflight has each check, in their order, and no other', () => {
  const page = readFileSync(new URL('../../docs/preflight.md', import.meta.url), 'utf8')
  const part = page.slice(page.indexOf('## The checks'), page.indexOf('## What a node would get'))
  expect([...part.matchAll(/^### (.+)$/gm)].map((match) => match[1])).toEqual(checks.map(({ name }) => name))
})
