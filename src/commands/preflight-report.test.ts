import { expect, it } from 'vitest'
import { checks } from '../preflight/checks.ts'
import type { Finding } from '../preflight/finding.ts'
import { preflightJson, preflightText } from './preflight-report.ts'

const finding = (index: number): Finding => ({
  check: 'urls',
  severity: 'error',
  node: { uuid: `u${index}`, name: `n${index}` },
  message: 'http://images.example/kernel: the server answers 404',
  remedy: 'Put the file there, or correct the URL.',
})
const many = { nodes: 10_000, findings: Array.from({ length: 10_000 }, (_, index) => finding(index)) }

it('tells once what many nodes have in common', () => {
  expect(preflightText({ write: () => undefined }, many, checks)).toBe(
    `error urls: node n0; node n1; node n2; and 9997 more
    http://images.example/kernel: the server answers 404
    → Put the file there, or correct the URL.

${checks.length} checks, 10000 nodes: 10000 errors, 0 warnings, 0 to know.
Not each of them is named here: --json does.
`,
  )
})

it('tells once what is good to know of many MACs, and each that is wrong', () => {
  const of = (severity: 'info' | 'error') =>
    [1, 2].map((index) => ({ ...finding(index), severity, message: `MAC 02:00:00:00:00:0${index} is odd` }))
  const text = preflightText(
    { write: () => undefined },
    { nodes: 2, findings: [...of('error'), ...of('info')] },
    checks,
  )
  expect(text.match(/(?<=MAC )\S+/g)).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:02', '<mac>'])
  expect(text).toContain('info urls: node n1; node n2\n')
})

it('tells once what is wrong with more than a few MACs, and ten of many that are put right in the same way', () => {
  const of = (check: string, count: number, message: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => ({ ...finding(index), check, message: message(index) }))
  const macs = of('dhcp-reservations', 1000, (index) => `port 02:00:00:00:00:${(index % 90) + 10} has no reservation`)
  const files = of('dhcp', 1000, (index) => `machines are given pxe/${index}`)
  const few = of('images', 11, (index) => `image-${index} is no kernel`)
  const text = preflightText({ write: () => undefined }, { nodes: 1000, findings: [...macs, ...files, ...few] }, checks)
  expect(text).toContain(
    'error dhcp-reservations: node n0; node n1; node n2; and 997 more\n    port <mac> has no reservation\n',
  )
  expect(text.match(/are given pxe/g)).toHaveLength(10)
  expect(text).toContain('error dhcp: 990 more like these\n')
  expect(text.match(/is no kernel/g)).toHaveLength(11)
  expect(text.endsWith(' 2011 errors, 0 warnings, 0 to know.\nNot each of them is named here: --json does.\n')).toBe(
    true,
  )
})

it('keeps to the width of a terminal', () => {
  const text = preflightText(
    { write: () => undefined, isTTY: true, columns: 40 },
    { nodes: 1, findings: [finding(1)] },
    checks,
  )
  const body = text.split('\n').filter((line) => line.includes('    '))
  expect(body.length).toBeGreaterThan(2)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
  for (const line of body) expect(line.replace(/\u001b\[[0-9;]*m/g, '').length).toBeLessThanOrEqual(60)
})

it('gives programs each finding by itself', () => {
  const document = JSON.parse(preflightJson(many, checks.slice(0, 2))) as { findings: object[] }
  expect(document).toMatchObject({ checks: ['dhcp', 'dhcp-reservations'], nodes: 10_000, counts: { error: 10_000 } })
  expect(document.findings[9_999]).toEqual({ ...finding(9_999), conductor: null, file: null, line: null })
})
