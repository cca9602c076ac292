import { describe, expect, it } from 'vitest'
import { type Expectations, judge } from '../../storm/boot-verdict.ts'
import { figuresOf } from '../../storm/figures.ts'
import type { BootRecord } from '../../storm/firmware-plan.ts'
import type { StormMachine } from '../../storm/fleet.ts'

const uuid = '11111111-1111-4111-a111-111111111111'
const otherUuid = '22222222-2222-4222-a222-222222222222'
const [one, two] = ['http://10.77.0.21:8080', 'http://10.77.0.22:8080']

const machine: StormMachine = {
  name: 'm',
  uuid,
  conductorGroup: '',
  macs: ['52:54:01:00:00:00'],
  registered: '52:54:01:00:00:00',
  firmware: 'bios',
  images: 1,
  firstApi: 0,
}
const script = (server: string, id: string) =>
  `#!ipxe\n# Node ${id}\nkernel --timeout 30000 ${server}/${id}/deploy_kernel quiet || goto retry\n`
const image = (crc32: number) => ({ text: '', bytes: 100, crc32 })
const expectations: Expectations = {
  model: { uuid: otherUuid, fileServer: one, text: script(one, otherUuid) },
  images: [
    { kernel: image(1), ramdisk: image(2) },
    { kernel: image(3), ramdisk: image(4) },
  ],
  conductors: [
    { name: 'conductor-1', host: { urlHost: '10.77.0.21' } },
    { name: 'conductor-2', host: { urlHost: '10.77.0.22' } },
  ],
}

/** A boot as it should be, from the second conductor. */
const good: BootRecord = {
  machine: 'm',
  onMs: 1000,
  firstScript: { atMs: 3500, pausedMs: 2000 },
  script: { url: 'http://10.77.0.11:6385/v1/boot/52-54-01-00-00-00/boot.ipxe', text: script(two, uuid) },
  bootedMs: 4000,
  kernel: { url: `${two}/${uuid}/deploy_kernel`, bytes: 100, crc32: 3 },
  initrd: { url: `${two}/${uuid}/deploy_ramdisk`, bytes: 100, crc32: 4 },
  scriptRequests: [],
  requests: 3,
  failures: 0,
  toldToWait: 0,
  pausedMs: 2000,
}
const lostBecause = (changes: Partial<BootRecord>) => judge([{ ...good, ...changes }], [machine], expectations)[0]?.lost

describe('a boot', () => {
  it('is done when script, kernel and ramdisk are the own ones, whichever conductor gave them', () => {
    expect(judge([good], [machine], expectations)).toMatchObject([
      { lost: undefined, conductor: 'conductor-2', scriptMs: 3500, scriptPausedMs: 2000, bootedMs: 4000 },
    ])
  })

  it.each<[string, Partial<BootRecord>, RegExp]>([
    ['what the firmware said', { lost: 'it hangs' }, /it hangs/],
    ["another node's script", { script: { url: '', text: script(two, otherUuid) } }, /script is not that/],
    ['a script with a word more', { script: { url: '', text: `${script(two, uuid)}shell\n` } }, /script is not that/],
    ['a script that leads elsewhere', { script: { url: '', text: script('http://192.0.2.1', uuid) } }, /no conductor/],
    ['another kernel', { kernel: { url: `${two}/${uuid}/deploy_kernel`, bytes: 100, crc32: 1 } }, /kernel is not/],
    ['half a kernel', { kernel: { url: `${two}/${uuid}/deploy_kernel`, bytes: 50, crc32: 3 } }, /kernel is not/],
    [
      "another node's ramdisk",
      { initrd: { url: `${two}/${otherUuid}/deploy_ramdisk`, bytes: 100, crc32: 4 } },
      /ramdisk is not/,
    ],
  ])('is lost with %s', (_what, changes, reason) => {
    expect(lostBecause(changes)).toMatch(reason)
  })

  it('is lost without a script, a kernel or a ramdisk', () => {
    const { script: _script, ...without } = good
    expect(judge([without], [machine], expectations)[0]?.lost).toMatch(/without a script/)
    const { initrd: _initrd, ...half } = good
    expect(judge([half], [machine], expectations)[0]?.lost).toMatch(/ramdisk is not/)
  })
})

describe('the figures', () => {
  const at = (onMs: number, scriptMs: number, changes: Partial<BootRecord> = {}) => ({
    ...good,
    onMs,
    firstScript: { atMs: scriptMs, pausedMs: 0 },
    ...changes,
  })

  it('count before, during and after by when machines waited for their scripts', () => {
    const boots = [at(0, 100), at(900, 1100), at(1500, 1600), at(2900, 9000, { toldToWait: 1 }), at(3001, 3100)]
    const { all, phases } = figuresOf(judge(boots, [machine], expectations), [
      { atMs: 1000, what: 'a fault' },
      { atMs: 3000, what: 'its end' },
    ])
    expect([phases.before.begun, phases.during.begun, phases.after.begun]).toEqual([1, 3, 1])
    expect(phases.during.retried).toBe(1)
    expect(phases.during.script.max).toBe(6100)
    expect(all).toMatchObject({ begun: 5, done: 5, lost: 0 })
  })

  it('take the own pauses of machines off the time to the script, and count lost boots with their reasons', () => {
    const boots = judge([good, { ...good, lost: 'it hangs' }], [machine], expectations)
    const { all, reasons } = figuresOf(boots, [])
    expect(all).toMatchObject({ begun: 2, done: 1, lost: 1, script: { max: 500 }, scriptWithPauses: { max: 2500 } })
    expect(reasons).toEqual({ 'it hangs': 1 })
  })
})
