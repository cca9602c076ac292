import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { bootEventKinds } from '../../model/boot-events.ts'
import { bootNotes, bootVerdicts } from '../../model/boots.ts'

const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8')

/** First cells of the table with these titles. */
function cells(title: string): string[] {
  const [, rows = ''] = new RegExp(`^\\| ${title} \\|.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`, 'm').exec(page) ?? []
  return rows
    .trim()
    .split('\n')
    .map((row) => row.split('|')[1]?.trim().replaceAll('`', '') ?? '')
}

it('has the kinds, verdicts and notes that there are, in their order', () => {
  expect(cells('kind')).toEqual([...bootEventKinds])
  expect(cells('verdict')).toEqual([...bootVerdicts])
  expect(cells('note')).toEqual([...bootNotes])
})
