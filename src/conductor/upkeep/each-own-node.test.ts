import { describe, expect, it } from 'vitest'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { BootringError } from '../../model/errors.ts'
import { eachOwnNode } from './each-own-node.ts'

/** A pass over `count` nodes: the ids of those that were worked on, and of those that were read. */
function pass(count: number, work: (id: number) => Promise<void>, isLeaving?: () => boolean) {
  const read: number[] = []
  const done: number[] = []
  const log = recordingLogger()
  const own = {
    async *those() {
      for (let id = 1; id <= count; id += 1) {
        read.push(id)
        yield aNodeRecord({ id })
      }
    },
  }
  const run = () =>
    eachOwnNode({ own, log, ...(isLeaving && { isLeaving }) }, {}, async ({ id }) => {
      done.push(id)
      await work(id)
    })
  return { done, log, read, run }
}

describe('a pass over the nodes', () => {
  it('goes on after a node that fails, and says so', async () => {
    const { done, log, run } = pass(3, async (id) => {
      if (id === 1) throw new Error('broken')
    })
    await run()
    expect(done).toEqual([1, 2, 3])
    expect(log.lines).toMatchObject([{ level: 'error' }])
  })

  it.each(['ConductorReplaced', 'DatabaseUnavailable', 'Overloaded'] as const)('ends at %s', async (code) => {
    const { done, read, run } = pass(9, async () => {
      throw new BootringError(code, code)
    })
    await run()
    expect([done.length, read.length]).toEqual([1, 2])
  })

  it('ends at its next node where the conductor leaves, for all the machines that could still be asked', async () => {
    let isLeaving = false
    const leave = async (id: number) => {
      isLeaving = id === 2
    }
    const { done, read, run } = pass(9, leave, () => isLeaving)
    await run()
    expect([done, read]).toEqual([
      [1, 2],
      [1, 2, 3],
    ])
  })
})
