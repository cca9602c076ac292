import { describe, expect, it, vi } from 'vitest'
import { aBootEvent, noon } from '../../test/support/a-boot-event.ts'
import { bootsOf } from '../../test/support/boots-of.ts'
import { MemoryBootEvents } from '../../test/support/memory-boot-events.ts'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import type { BootEvent, EventBatch } from '../model/boot-events.ts'
import { BootringError } from '../model/errors.ts'
import { packEvents } from '../model/packed-events.ts'
import type { NodeProgress } from '../model/stores.ts'
import { BootFollowUp } from './boot-follow-up.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const aSecond = 1000
const anHour = 3_600_000

class FillingStore extends MemoryBootEvents {
  isFull = false

  override async append(batch: EventBatch): Promise<void> {
    if (this.isFull) throw new Error('disk full')
    await super.append(batch)
  }
}

/** Ironic's rows, and a follow-up of the host api-1 that looks at them. */
class Ironic {
  readonly rows = new Map<string, NodeProgress>()
  /** The nodes that each question was about. */
  readonly asked: (readonly string[])[] = []
  readonly log = recordingLogger()
  readonly store = new FillingStore()
  readonly followUp = this.host('api-1')
  isAway = false

  host(server: string): BootFollowUp {
    const progress = async (uuids: readonly string[]) => {
      this.asked.push(uuids)
      if (this.isAway) throw new BootringError('DatabaseUnavailable', 'gone')
      return uuids.flatMap((one) => this.rows.get(one) ?? [])
    }
    return new BootFollowUp({ nodes: { progress }, store: this.store, server, intervalSeconds: 0.001, log: this.log })
  }

  /** What Ironic writes of the node. */
  write(changes: Partial<NodeProgress>, node = uuid): void {
    const known = this.rows.get(node) ?? {
      uuid: node,
      name: 'rack1-n1',
      provisionState: 'wait call-back',
      provisionUpdatedAt: noon - 60 * aSecond,
      lastError: null,
      agentHeartbeatAt: null,
    }
    this.rows.set(node, { ...known, ...changes })
  }

  /** What was kept besides scripts. */
  get kept(): Partial<BootEvent>[] {
    return this.store.all
      .filter(({ kind }) => kind !== 'script')
      .map(({ at, kind, name }) => (name === null ? { at, kind } : { at, kind, name }))
  }

  verdicts(at: number): string[] {
    return bootsOf(this.store.all, at, { files: false, agents: true }).boots.map(({ boot }) => boot.verdict)
  }
}

async function withBoot(changes: Partial<BootEvent> = {}): Promise<Ironic> {
  const ironic = new Ironic()
  ironic.write({})
  await ironic.store.append(packEvents([aBootEvent(changes)]))
  return ironic
}

describe('a follow-up', () => {
  it('asks Ironic nothing while nobody boots', async () => {
    const ironic = new Ironic()
    ironic.write({})
    await ironic.store.append(
      packEvents([
        aBootEvent({ outcome: 'refused', code: 'StateForbidsBoot' }),
        aBootEvent({ node_uuid: null }),
        aBootEvent({ kind: 'heartbeat' }),
        aBootEvent({ at: noon - anHour - 1 }),
      ]),
    )
    await ironic.followUp.look(noon)
    expect(ironic.asked).toEqual([])
  })

  it('keeps the call of an agent, and what Ironic does then', async () => {
    const ironic = await withBoot()
    await ironic.followUp.look(noon + 10 * aSecond)
    expect(ironic.kept).toEqual([])
    expect(ironic.verdicts(noon + 10 * aSecond)).toEqual(['under way'])
    ironic.write({
      agentHeartbeatAt: noon + 15_250,
      provisionState: 'deploying',
      // As a column of whole seconds has it.
      provisionUpdatedAt: noon + 15 * aSecond,
    })
    await ironic.followUp.look(noon + 20 * aSecond)
    const call = { at: noon + 15_250, kind: 'heartbeat' }
    const change = { at: noon + 15_250, kind: 'state', name: 'wait call-back to deploying' }
    expect(ironic.kept).toEqual([call, change])
    expect(ironic.store.all[1]).toEqual({
      ...aBootEvent({ ...call, id: 2 } as Partial<BootEvent>),
      ...{ mac: null, client: null, server: 'api-1', request_id: null, name: null },
      ...{ provision_state: 'deploying', owner: null, conductor: null, milliseconds: 0, steps: [] },
      ...{ bytes: null, user_agent: null },
    })
    await ironic.followUp.look(noon + 30 * aSecond)
    expect(ironic.kept).toHaveLength(2)
    ironic.write({ provisionState: 'active', provisionUpdatedAt: noon + 40 * aSecond })
    await ironic.followUp.look(noon + 41 * aSecond)
    expect(ironic.kept.slice(2)).toEqual([{ at: noon + 40 * aSecond, kind: 'state', name: 'deploying to active' }])
    expect(bootsOf(ironic.store.all, noon).boots).toMatchObject([
      {
        boot: {
          verdict: 'booted',
          steps: [
            { what: expect.stringMatching(/^script served/) },
            { what: 'agent called back' },
            { what: 'state wait call-back to deploying' },
            { what: 'state deploying to active' },
          ],
        },
      },
    ])
    // Nothing more is to come.
    const questions = ironic.asked.length
    await ironic.followUp.look(noon + 50 * aSecond)
    expect(ironic.asked).toHaveLength(questions)
  })

  it('takes no call of the boot before for one of this', async () => {
    const ironic = await withBoot()
    ironic.write({ agentHeartbeatAt: noon - 1 })
    await ironic.followUp.look(noon + 10 * aSecond)
    expect(ironic.kept).toEqual([])
    expect(ironic.verdicts(noon + 11 * 60 * aSecond)).toEqual(['booted, never called back'])
    ironic.write({ agentHeartbeatAt: noon + 11 * aSecond })
    await ironic.followUp.look(noon + 20 * aSecond)
    expect(ironic.store.all.at(-1)).toMatchObject({ kind: 'heartbeat', at: noon + 11 * aSecond })
  })

  it('says why a node has failed, and that it was not by a call', async () => {
    const ironic = await withBoot()
    ironic.write({ provisionState: 'deploy failed', lastError: 'timed out' })
    await ironic.followUp.look(noon + 10 * aSecond)
    expect(ironic.store.all.at(-1)).toMatchObject({
      at: noon,
      name: 'wait call-back to deploy failed',
      reason: 'timed out',
    })
    expect(ironic.verdicts(noon + anHour)).toEqual(['booted, never called back'])
  })

  it('takes a node that was torn down for no call', async () => {
    const ironic = await withBoot()
    ironic.write({ provisionState: 'cleaning' })
    await ironic.followUp.look(noon + 10 * aSecond)
    expect(ironic.kept).toMatchObject([{ name: 'wait call-back to cleaning' }])
    expect(ironic.verdicts(noon + anHour)).toEqual(['booted, never called back'])
  })

  it('takes an inspection that an inspector has ended for a call', async () => {
    const ironic = await withBoot({ provision_state: 'inspect wait' })
    ironic.write({ provisionState: 'manageable' })
    await ironic.followUp.look(noon + 10 * aSecond)
    expect(ironic.verdicts(noon + anHour)).toEqual(['booted'])
  })

  it('ends an hour after the script, and with the node', async () => {
    const ironic = await withBoot({ provision_state: null })
    await ironic.followUp.look(noon)
    ironic.rows.clear()
    await ironic.followUp.look(noon + 1)
    await ironic.followUp.look(noon + 2)
    expect(ironic.asked).toHaveLength(2)
    expect(ironic.kept).toMatchObject([{ name: 'available to wait call-back' }])
    ironic.write({})
    await ironic.store.append(packEvents([aBootEvent({ at: noon + 3 })]))
    await ironic.followUp.look(noon + 3 + anHour)
    await ironic.followUp.look(noon + 4 + anHour)
    expect(ironic.asked).toHaveLength(3)
  })

  it('goes on with the next boot of the node', async () => {
    const ironic = await withBoot()
    ironic.write({ agentHeartbeatAt: noon + aSecond, provisionState: 'deploying' })
    await ironic.followUp.look(noon + 10 * aSecond)
    await ironic.store.append(packEvents([aBootEvent({ at: noon + 60 * aSecond })]))
    ironic.write({ provisionState: 'wait call-back' })
    await ironic.followUp.look(noon + 70 * aSecond)
    expect(ironic.kept.slice(2)).toEqual([
      { at: noon + 60 * aSecond, kind: 'state', name: 'deploying to wait call-back' },
    ])
    expect(ironic.verdicts(noon + 70 * aSecond)).toEqual(['under way', 'booted'])
    // What another process brings late of the boot before changes nothing.
    await ironic.store.append(
      packEvents([
        aBootEvent({ at: noon + 2 * aSecond, kind: 'state', name: 'a to b', provision_state: 'clean failed' }),
      ]),
    )
    const questions = ironic.asked.length
    await ironic.followUp.look(noon + 80 * aSecond)
    expect(ironic.asked).toHaveLength(questions + 1)
  })

  it('goes on where it was when the process starts anew', async () => {
    const ironic = await withBoot()
    ironic.write({ agentHeartbeatAt: noon + aSecond, provisionState: 'deploying' })
    await ironic.followUp.look(noon + 10 * aSecond)
    const next = ironic.host('api-1')
    await next.look(noon + 20 * aSecond)
    expect(ironic.kept).toHaveLength(2)
    ironic.write({ provisionState: 'active', provisionUpdatedAt: noon + 25 * aSecond })
    await next.look(noon + 30 * aSecond)
    expect(ironic.kept.slice(2)).toMatchObject([{ name: 'deploying to active' }])
    await ironic.host('api-1').look(noon + 40 * aSecond)
    expect(ironic.asked).toHaveLength(3)
  })

  it('is one story, however many hosts tell it', async () => {
    const ironic = await withBoot()
    const other = ironic.host('api-2')
    await Promise.all([ironic.followUp.look(noon), other.look(noon)])
    ironic.write({ agentHeartbeatAt: noon + aSecond, provisionState: 'deploying' })
    await Promise.all([ironic.followUp.look(noon + 10 * aSecond), other.look(noon + 10 * aSecond)])
    expect(ironic.kept).toHaveLength(4)
    await Promise.all([ironic.followUp.look(noon + 20 * aSecond), other.look(noon + 20 * aSecond)])
    expect(ironic.kept).toHaveLength(4)
    const [found] = bootsOf(ironic.store.all, noon).boots
    expect(found?.boot.steps.map(({ times, what }) => [what, times])).toEqual([
      [expect.stringMatching(/^script served/), 1],
      ['agent called back', 1],
      ['state wait call-back to deploying', 1],
    ])
  })

  it('finds the same again where it could not be kept', async () => {
    const ironic = await withBoot()
    ironic.write({ agentHeartbeatAt: noon + aSecond })
    ironic.store.isFull = true
    await expect(ironic.followUp.look(noon + 10 * aSecond)).rejects.toThrow('disk full')
    ironic.store.isFull = false
    await ironic.followUp.look(noon + 20 * aSecond)
    expect(ironic.kept).toEqual([{ at: noon + aSecond, kind: 'heartbeat' }])
  })

  it('looks at so many nodes at once, in turn, and says that they are too many', async () => {
    const ironic = new Ironic()
    const nodes = Array.from({ length: 10_002 }, (_, index) => `node-${index}`)
    // Of what was there before a process starts, it reads the last part alone.
    await ironic.followUp.look(noon)
    for (let start = 0; start < nodes.length; start += 5000) {
      await ironic.store.append(
        packEvents(nodes.slice(start, start + 5000).map((node_uuid) => aBootEvent({ node_uuid }))),
      )
      for (const node of nodes.slice(start, start + 5000)) ironic.write({}, node)
      await ironic.followUp.look(noon + start)
    }
    expect(ironic.log.lines).toMatchObject([{ level: 'warn', fields: { notFollowed: 2 } }])
    // Those that were there before the others came have had their turn by then.
    while (ironic.asked.length < 52) await ironic.followUp.look(noon + 20_000)
    expect(new Set(ironic.asked.map(({ length }) => length))).toEqual(new Set([200]))
    expect(new Set(ironic.asked.flat()).size).toBe(10_000)
  })

  it('writes one line while a database is away, and stops when it is told', async () => {
    const ironic = await withBoot({ at: Date.now() })
    ironic.isAway = true
    const running = ironic.followUp.run()
    await vi.waitFor(() => expect(ironic.asked.length).toBeGreaterThan(3))
    expect(ironic.log.lines).toMatchObject([{ level: 'warn', fields: { err: { code: 'DatabaseUnavailable' } } }])
    ironic.isAway = false
    ironic.write({ agentHeartbeatAt: Date.now() + aSecond })
    await vi.waitFor(() => expect(ironic.kept).toHaveLength(1))
    ironic.followUp.stop()
    await running
    expect(ironic.log.lines).toHaveLength(1)
  })
})
