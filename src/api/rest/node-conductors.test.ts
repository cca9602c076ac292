import { describe, expect, it } from 'vitest'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { BootringError, type ErrorCode } from '../../model/errors.ts'
import type { MethodName, Result } from '../../rpc/shapes.ts'
import { NodeConductors } from './node-conductors.ts'

/** What happens on the way to a conductor, by its name; who is not named answers. */
function conductors(failures: Record<string, Error>) {
  const asked: string[] = []
  const client = {
    async call<M extends MethodName>(hostname: string): Promise<Result<M>> {
      asked.push(hostname)
      const failure = failures[hostname]
      if (failure !== undefined) throw failure
      return {} as Result<M>
    },
  }
  const node = aNodeRecord()
  const ask = new NodeConductors({ order: async () => ['a', 'b', 'c'] }, client)
  return { asked, begin: () => ask.call(node, 'do_node_tear_down', { node_id: node.uuid }, 'req-1') }
}

const failure = (code: ErrorCode, cause?: unknown) => new BootringError(code, code, { cause })
const system = (code: string) => Object.assign(new Error(code), { code })

describe('a verb', () => {
  it('goes to the owner', async () => {
    const { asked, begin } = conductors({})
    await begin()
    expect(asked).toEqual(['a'])
  })

  it.each([
    ['refused', failure('ConductorUnreachable', system('ECONNREFUSED'))],
    [
      'refused at each of its addresses',
      failure('ConductorUnreachable', new AggregateError([system('ECONNREFUSED'), system('ENETUNREACH')])),
    ],
    ['not known by name', failure('ConductorUnreachable', system('ENOTFOUND'))],
    ['of an older release', failure('UnsupportedCall')],
    ['replaced', failure('ConductorReplaced')],
    ['leaving, or without a free worker', failure('Overloaded')],
  ])('goes to the next where the owner is %s', async (_what, error) => {
    const { asked, begin } = conductors({ a: error })
    await begin()
    expect(asked).toEqual(['a', 'b'])
  })

  it.each([
    ['does not answer', failure('ConductorUnreachable', new Error('no answer within 60 s'))],
    ['breaks off', failure('ConductorUnreachable', system('ECONNRESET'))],
    ['says no', failure('NodeLocked')],
    ['fails', new TypeError('a bug')],
  ])('goes to nobody else where the owner %s', async (_what, error) => {
    const { asked, begin } = conductors({ a: error })
    await expect(begin()).rejects.toBe(error)
    expect(asked).toEqual(['a'])
  })

  it('fails as the owner did where nobody can be reached', async () => {
    const first = failure('ConductorUnreachable', system('ECONNREFUSED'))
    const { asked, begin } = conductors({ a: first, b: failure('UnsupportedCall'), c: failure('UnsupportedCall') })
    await expect(begin()).rejects.toBe(first)
    expect(asked).toEqual(['a', 'b', 'c'])
  })
})
