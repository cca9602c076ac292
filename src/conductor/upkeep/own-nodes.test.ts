import { expect, it } from 'vitest'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeFilter, PageQuery } from '../../model/management-stores.ts'
import { OwnNodes } from './own-nodes.ts'

it('walks over its nodes page by page, also where the last one of a page is deleted meanwhile', async () => {
  let nodes = Array.from({ length: 1100 }, (_, index) => aNodeRecord({ id: index + 1, uuid: `node-${index + 1}` }))
  const management = {
    async nodes({ after_id = 0 }: NodeFilter, { limit, marker }: PageQuery) {
      const from = marker === undefined ? -1 : nodes.findIndex(({ uuid }) => uuid === marker)
      if (marker !== undefined && from < 0) throw new BootringError('InvalidParameter', marker)
      return nodes
        .slice(from + 1)
        .filter(({ id }) => id > after_id)
        .slice(0, limit)
    },
  }
  const rings = { owner: async ({ uuid }: { uuid: string }) => (uuid.endsWith('7') ? 'c2' : 'c1') }
  const own = new OwnNodes({ hostname: 'c1', rings, management })
  const seen: number[] = []
  for await (const { id } of own.those({})) {
    seen.push(id)
    if (id % 500 === 0) nodes = nodes.filter((node) => node.id !== id)
  }
  expect(seen).toEqual(Array.from({ length: 1100 }, (_, index) => index + 1).filter((id) => id % 10 !== 7))
})
