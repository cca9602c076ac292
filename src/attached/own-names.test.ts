import { describe, expect, it } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import type { Conductor } from '../model/conductor.ts'
import { OwnNames } from './own-names.ts'

function conductor(hostname: string, alive = true): Conductor {
  return { id: 1, hostname, conductorGroup: '', alive, online: true, updatedAt: null, drivers: ['ipmi'] }
}

function namesAmong(...registered: Conductor[]) {
  const list = [...registered]
  const refreshed: number[] = []
  const rings = {
    conductors: async () => list,
    refresh: async () => void refreshed.push(1),
  }
  const options = { hostNames: ['cond-1.example', 'cond-1'], withPort: (name: string) => `${name}:8099` }
  return { list, refreshed, names: new OwnNames(options, rings, recordingLogger()) }
}

const hostnames = (conductors: readonly Conductor[]) => conductors.map(({ hostname }) => hostname)

describe('OwnNames', () => {
  it.each([
    [['cond-1.example:8099', 'cond-2:8099'], ['cond-1.example:8099']],
    [['cond-1.example'], ['cond-1.example']],
    [['cond-1:8099'], ['cond-1:8099']],
    // Before 23.0 no name had a port; another conductor on this host may have none either.
    [['cond-1.example', 'cond-1.example:8099'], ['cond-1.example:8099']],
    [['cond-1.example:8100', 'cond-2', 'COND-1'], []],
  ])('finds among %j its own: %j', async (registered, own) => {
    const { names } = namesAmong(...registered.map((name) => conductor(name)))
    expect(hostnames(await names.registered())).toEqual(own)
  })

  it('says what is registered, after a second look where nothing is', async () => {
    const { list, names, refreshed } = namesAmong(conductor('cond-2'))
    await expect(names.check()).rejects.toThrow(
      'no conductor is registered as cond-1.example:8099 or cond-1.example or cond-1:8099 or cond-1 (those are cond-2)',
    )
    expect(refreshed).toHaveLength(1)
    list.push(conductor('cond-1', false))
    expect(await names.check()).toBe('cond-1 is not alive')
    expect(refreshed).toHaveLength(1)
  })
})
