import { expect, it } from 'vitest'
import { aBootEvent, noon } from '../../../test/support/a-boot-event.ts'
import { BootWindow } from './boot-window.ts'

const machine = (number: number) => ({ node_uuid: `node-${number}`, mac: `mac-${number}`, client: `client-${number}` })

it('says what is new, what goes on and what time alone has changed', () => {
  const window = new BootWindow()
  const script = { ...aBootEvent(), id: 1 }
  expect(window.take([script], noon).map(({ boot }) => boot.verdict)).toEqual(['under way'])
  expect(window.take([script], noon + 1000)).toEqual([])
  const kernel = { ...aBootEvent({ kind: 'file', name: 'deploy_kernel', at: noon + 2000 }), id: 2 }
  expect(window.take([kernel], noon + 2000)).toMatchObject([{ boot: { id: 1, events: 2 }, lastEventId: 2 }])
  expect(window.take([], noon + 60_000)).toEqual([])
  expect(window.take([], noon + 700_000).map(({ boot }) => boot.verdict)).toEqual(['booted, never called back'])
})

it('keeps a bounded number of events: those of boots that went on last, and those whole', () => {
  const window = new BootWindow({ mostEvents: 100 })
  for (let id = 1; id <= 1000; id += 2) {
    const at = noon + id * 100
    window.take(
      [
        { ...aBootEvent({ ...machine(id), at }), id },
        { ...aBootEvent({ ...machine(id), at: at + 50, kind: 'lookup' }), id: id + 1 },
      ],
      at + 50,
    )
  }
  const boots = window.boots()
  // Of a full window a fifth goes at once.
  expect(boots.length).toBeGreaterThanOrEqual(40)
  expect(boots.length).toBeLessThanOrEqual(50)
  expect(new Set(boots.map(({ boot }) => boot.events))).toEqual(new Set([2]))
  expect(boots[0]?.boot.id).toBe(999)
  // Calls of an agent whose boot is forgotten are no boot.
  const call = { ...aBootEvent({ ...machine(1), kind: 'heartbeat', at: noon + 100_000 }), id: 1001 }
  expect(window.take([call], noon + 100_000)).toEqual([])
})

it('forgets what is over for an hour', () => {
  const window = new BootWindow()
  window.take([{ ...aBootEvent(), id: 1 }], noon)
  window.take([], noon + 3_700_000)
  expect(window.boots()).toEqual([])
})
