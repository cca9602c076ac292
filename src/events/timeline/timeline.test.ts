import { describe, expect, it } from 'vitest'
import { aBootEvent, noon, stored } from '../../../test/support/a-boot-event.ts'
import { bootsOf } from '../../../test/support/boots-of.ts'
import type { BootEvent, StoredBootEvent } from '../../model/boot-events.ts'
import { type Boot, type BootNote, type BootVerdict, bootNotes, bootVerdicts } from '../../model/boots.ts'
import { type Sight, seesAll } from './sight.ts'

const seconds = (count: number) => noon + count * 1000
const minutes = (count: number) => seconds(count * 60)

/** What a client asks with a NIC that no port has. */
const unknownNic = {
  mac: '52:54:00:00:00:99',
  node_uuid: null,
  node_name: null,
  outcome: 'refused',
  code: 'PortNotFound',
  reason: 'no port has this address',
  provision_state: null,
  owner: null,
  conductor: null,
} as const satisfies Partial<BootEvent>

const refused = (code: string, reason: string): Partial<BootEvent> => ({
  outcome: 'refused',
  code,
  reason,
  conductor: null,
})
const unavailable = (code: string): Partial<BootEvent> => ({ ...unknownNic, outcome: 'unavailable', code, reason: 'x' })
const kernel = { kind: 'file', name: 'deploy_kernel', bytes: 12_345_678, server: 'cond-1' } as const
const ramdisk = { kind: 'file', name: 'deploy_ramdisk', bytes: 400_000_000, server: 'cond-1' } as const
/** The root script, which a client fetches of whom nobody knows yet which machine it is. */
const rootScript = {
  kind: 'file',
  name: 'boot.ipxe',
  server: 'cond-1',
  node_uuid: null,
  node_name: null,
  mac: null,
} as const
const lookup = { kind: 'lookup', name: null } as const
const heartbeat = { kind: 'heartbeat', name: null } as const

/** Boots of events that come one second after another but for their own times, newest first. */
function boots(changes: readonly Partial<BootEvent>[], now = minutes(60), sight = seesAll): Boot[] {
  const events = changes.map((change, index) => aBootEvent({ at: seconds(index), ...change }))
  return bootsOf(stored(events), now, sight).boots.map(({ boot }) => boot)
}

interface Case {
  verdict: BootVerdict
  of: string
  events: Partial<BootEvent>[]
  now?: number
  sight?: Sight
  reason?: RegExp
  remedy?: RegExp
  code?: string
}

const cases: Case[] = [
  {
    verdict: 'booted',
    of: 'a machine whose agent calls',
    events: [rootScript, {}, kernel, ramdisk, lookup, heartbeat],
  },
  { verdict: 'booted', of: 'one that hands over what it has found', events: [{}, { kind: 'inspection' }] },
  { verdict: 'booted', of: 'one whose files come from elsewhere', events: [{}, lookup] },
  {
    verdict: 'booted',
    of: 'one whose call is only seen by what it leads to',
    events: [{}, kernel, { kind: 'state', name: 'wait call-back to deploying' }],
  },
  { verdict: 'under way', of: 'a script that was just served', events: [{}], now: seconds(10) },
  { verdict: 'under way', of: 'files that were just served', events: [{}, kernel, ramdisk], now: minutes(5) },
  {
    verdict: 'fallback served',
    of: 'a machine that nobody knows',
    events: [unknownNic, { ...unknownNic, kind: 'file', outcome: 'served', code: null, name: 'rescue.ipxe' }],
    code: 'PortNotFound',
    reason: /rescue\.ipxe.*no port has this address/,
    remedy: /Register the MAC/,
  },
  {
    verdict: 'fallback served',
    of: 'a node in another state',
    events: [refused('StateForbidsBoot', 'it is active'), { kind: 'file', name: 'menu/fallback.ipxe' }],
    code: 'StateForbidsBoot',
    reason: /it is active/,
    remedy: /wait state/,
  },
  {
    verdict: 'own script never asked for',
    of: 'a root script alone',
    events: [rootScript],
    reason: /boot\.ipxe from cond-1, and asked no API/,
    remedy: /reaches the API/,
  },
  {
    verdict: 'script served',
    of: 'a script beside an Ironic',
    events: [{}],
    sight: { files: false, agents: false },
  },
  {
    verdict: 'booted, never called back',
    of: "a script whose files are another web server's",
    events: [{}],
    sight: { files: false, agents: true },
    reason: /it fetched its script, and no agent has called/,
  },
  {
    verdict: 'under way',
    of: 'the same in time',
    events: [{}],
    sight: { files: false, agents: true },
    now: minutes(5),
  },
  {
    verdict: 'file missing',
    of: 'a ramdisk that is still being fetched, for long',
    events: [{}, kernel, { ...ramdisk, outcome: 'unavailable', code: 'Overloaded', reason: 'not there yet' }],
    code: 'Overloaded',
  },
  {
    verdict: 'under way',
    of: 'a ramdisk that is still being fetched',
    events: [{}, kernel, { ...ramdisk, outcome: 'unavailable', code: 'Overloaded', reason: 'not there yet' }],
    now: seconds(20),
  },
  {
    verdict: 'script fetched, kernel never',
    of: 'a script alone',
    events: [{}],
    reason: /cond-1 served its script, and no fetch/,
    remedy: /console.*another web server/,
  },
  {
    verdict: 'booted, never called back',
    of: 'a kernel that stays silent',
    events: [{}, kernel, ramdisk],
    reason: /it fetched its files, and no agent has called within 10 minutes/,
    remedy: /kernel starts.*reaches the API/,
  },
  {
    verdict: 'booted, never called back',
    of: 'a kernel without its ramdisk',
    events: [{}, kernel],
    reason: /did not ask for a ramdisk/,
  },
  {
    verdict: 'booted, never called back',
    of: 'an agent that is turned away',
    events: [{}, kernel, ramdisk, { ...lookup, outcome: 'refused', code: 'NotFound', reason: 'no node' }],
    code: 'NotFound',
    reason: /turned away: no node/,
  },
  {
    verdict: 'file missing',
    of: 'a kernel that is not there',
    events: [{}, { ...kernel, outcome: 'refused', code: 'NotFound', reason: 'no such file' }],
    code: 'NotFound',
    reason: /deploy_kernel was asked for on cond-1.*no such file/,
    remedy: /http_root of cond-1/,
  },
  {
    verdict: 'file missing',
    of: 'an image that a conductor could not fetch',
    events: [refused('ImageUnavailable', 'images.example answers 404')],
    code: 'ImageUnavailable',
    remedy: /image URL/,
  },
  {
    verdict: 'download broken off',
    of: 'a ramdisk that did not arrive',
    events: [{}, kernel, { ...ramdisk, outcome: 'broken', reason: '12 of 400 MB' }],
    reason: /deploy_ramdisk did not arrive whole from cond-1: 12 of 400 MB/,
    remedy: /network/,
  },
  {
    verdict: 'unknown address',
    of: 'NICs that nobody has registered',
    events: [unknownNic, { ...unknownNic, mac: '52:54:00:00:00:98' }],
    code: 'PortNotFound',
    remedy: /Register the MAC/,
  },
  {
    verdict: 'state does not allow',
    of: 'a node that is active',
    events: [unknownNic, refused('StateForbidsBoot', 'it is active'), { ...unknownNic, at: seconds(2) }],
    code: 'StateForbidsBoot',
    reason: /it is active/,
    remedy: /wait state/,
  },
  {
    verdict: 'no conductor',
    of: 'an owner that is dead, and alone',
    events: [refused('ConductorUnreachable', 'cond-1 refused the connection')],
    code: 'ConductorUnreachable',
    remedy: /does not answer/,
  },
  {
    verdict: 'no conductor',
    of: 'a fleet without any',
    events: [unavailable('NoConductors')],
    remedy: /Start a conductor/,
  },
  {
    verdict: 'script broken',
    of: 'a template that fails',
    events: [refused('TemplateFailed', 'line 3: unknown block')],
    code: 'TemplateFailed',
    reason: /line 3/,
    remedy: /template/,
  },
  {
    verdict: 'told to wait',
    of: 'a database that is away',
    events: [unavailable('DatabaseUnavailable')],
    remedy: /\[database\]connection/,
  },
  {
    verdict: 'refused',
    of: 'a client of another network',
    events: [refused('NetworkForbidden', 'the client is in none')],
    remedy: /boot_allowed_networks/,
  },
  {
    verdict: 'refused',
    of: 'a fault of ours',
    events: [refused('Internal', 'unexpected failure')],
    remedy: /fault of bootring/,
  },
]

describe('the verdict', () => {
  it.each(cases)('of $of: $verdict', ({ code = null, events, now, sight, reason, remedy, verdict }) => {
    const all = boots(events, now, sight)
    expect(all.map((boot) => boot.verdict)).toEqual([verdict])
    const [boot] = all
    expect(boot?.events).toBe(events.length)
    const isWell = ['booted', 'under way', 'script served'].includes(verdict)
    if (code !== null || isWell) expect(boot?.code).toBe(code)
    if (reason) expect(boot?.reason).toMatch(reason)
    if (remedy) expect(boot?.remedy).toMatch(remedy)
    expect([boot?.reason === null, boot?.remedy === null]).toEqual([isWell, isWell])
  })

  it('has a case for each', () => {
    expect(new Set(cases.map(({ verdict }) => verdict))).toEqual(new Set(bootVerdicts))
  })
})

const noted: { note: BootNote; events: Partial<BootEvent>[]; detail: RegExp; verdict: BootVerdict }[] = [
  {
    note: 'wrong NIC asked',
    events: [unknownNic, {}, kernel, ramdisk, lookup],
    detail: /it asked with 52:54:00:00:00:99, which no port has, and with 52:54:00:12:34:56/,
    verdict: 'booted',
  },
  {
    note: 'wrong NIC asked',
    events: [unknownNic, refused('StateForbidsBoot', 'it is active')],
    detail: /no port has/,
    verdict: 'state does not allow',
  },
  {
    note: 'asked twice',
    events: [{}, {}, kernel, lookup],
    detail: /boot\.ipxe 2 times, again after 1 s/,
    verdict: 'booted',
  },
  {
    note: 'owner dead, answered by another',
    events: [
      {
        conductor: 'cond-2',
        steps: [
          { step: 'cond-1', milliseconds: 2, error: 'ConductorUnreachable: refused' },
          { step: 'cond-2', milliseconds: 3 },
        ],
      },
      lookup,
    ],
    detail: /cond-1 could not answer \(ConductorUnreachable: refused\); cond-2 answered/,
    verdict: 'booted',
  },
  {
    note: 'owner dead, answered by another',
    events: [{ conductor: 'cond-2', steps: [{ step: 'cond-2', milliseconds: 3 }] }, lookup],
    detail: /cond-1 had failed before and was not asked; cond-2 answered/,
    verdict: 'booted',
  },
  {
    // Another one was asked beside it.
    note: 'owner late, answered by another',
    events: [
      {
        conductor: 'cond-2',
        steps: [
          { step: 'cond-2', milliseconds: 3 },
          { step: 'cond-1', milliseconds: 52.7, late: true },
        ],
      },
      lookup,
    ],
    detail: /cond-1 had not answered within 53 ms; cond-2 answered/,
    verdict: 'booted',
  },
  {
    // Nobody waits for it for longer than that.
    note: 'owner late, answered by another',
    events: [
      {
        conductor: 'cond-2',
        steps: [
          { step: 'cond-1', milliseconds: 5000, error: 'ConductorUnreachable', late: true },
          { step: 'cond-2', milliseconds: 3 },
        ],
      },
      lookup,
    ],
    detail: /cond-1 had not answered within 5000 ms/,
    verdict: 'booted',
  },
  {
    note: 'owner late, answered by another',
    events: [
      {
        conductor: 'cond-2',
        steps: [
          { step: 'cond-1', milliseconds: 0, late: true, passedBy: true },
          { step: 'cond-2', milliseconds: 3 },
        ],
      },
      lookup,
    ],
    detail: /cond-1 had not answered others in time and was not asked; cond-2 answered/,
    verdict: 'booted',
  },
  {
    note: 'served while the database was away',
    events: [{ code: 'DatabaseUnavailable', reason: 'as of 12 s ago' }, lookup],
    detail: /12 s ago/,
    verdict: 'booted',
  },
  {
    note: 'asked again after a broken download',
    events: [{}, { ...kernel, outcome: 'broken' }, kernel, lookup],
    detail: /deploy_kernel did not arrive whole/,
    verdict: 'booted',
  },
]

describe('a note', () => {
  it.each(noted)('says: $note', ({ detail, events, note, verdict }) => {
    const [boot, ...others] = boots(events)
    expect(others).toEqual([])
    expect(boot?.verdict).toBe(verdict)
    expect(boot?.notes).toEqual([{ note, detail: expect.stringMatching(detail) }])
  })

  it('is there for each of them', () => {
    expect(new Set(noted.map(({ note }) => note))).toEqual(new Set(bootNotes))
  })
})

describe('a boot', () => {
  it('says of each step what it was', () => {
    const [boot] = boots([
      unknownNic,
      { conductor: 'cond-2' },
      kernel,
      ramdisk,
      lookup,
      heartbeat,
      { kind: 'state', name: 'wait call-back to deploying' },
      { kind: 'syslog', reason: 'agent: hello' },
    ])
    expect(boot?.steps.map(({ seconds, what }) => `${seconds} ${what}`)).toEqual([
      '0 script refused to 52:54:00:00:00:99: no port has this address',
      '1 script served to 52:54:00:12:34:56 by cond-2',
      '2 kernel, 12.3 MB',
      '3 ramdisk, 400.0 MB',
      '4 agent asked which node it is on',
      '5 agent called back',
      '6 state wait call-back to deploying',
      '7 log: agent: hello',
    ])
    expect(boot).toMatchObject({
      id: 1,
      node_name: 'rack1-n1',
      mac: '52:54:00:12:34:56',
      client: '192.0.2.10',
      begun_at: noon,
      last_at: seconds(7),
      owner: 'cond-1',
      conductor: 'cond-2',
    })
  })

  it('is bounded, however long it goes on', () => {
    const calls = Array.from({ length: 500 }, () => [heartbeat, { kind: 'state', name: 'a to b' } as const]).flat()
    const [boot] = boots([{}, kernel, lookup, ...calls])
    expect([boot?.events, boot?.steps.length]).toEqual([1003, 100])
    const [same] = boots([{}, lookup, ...Array.from({ length: 50 }, () => heartbeat)])
    expect(same?.steps.map(({ times }) => times)).toEqual([1, 1, 50])
  })

  it('ends where the machine begins anew', () => {
    const all = boots([
      {},
      kernel,
      // It went further: a new one at once.
      {},
      { kind: 'lookup', at: seconds(30) },
      { at: seconds(40) },
      // The machine was silent.
      { at: seconds(140) },
      { ...kernel, at: seconds(141) },
    ])
    expect(all.map(({ events }) => events)).toEqual([2, 1, 2, 2])
  })

  it('goes on while a root script asks again', () => {
    const pauses = [0, 2, 6, 12, 20, 30, 42, 56, 72, 90, 110, 132]
    const all = boots(
      pauses.flatMap((at) => [
        { ...unknownNic, at: seconds(at) },
        { ...refused('StateForbidsBoot', 'no'), at: seconds(at) + 20 },
      ]),
    )
    expect(all.map(({ events, verdict }) => [events, verdict])).toEqual([[24, 'state does not allow']])
  })

  it('begins with the root script, which firmware fetches once in each', () => {
    const all = boots([
      { ...rootScript, at: seconds(0) },
      { ...unknownNic, at: seconds(1) },
      { ...refused('StateForbidsBoot', 'no'), at: seconds(2) },
      { ...refused('StateForbidsBoot', 'no'), at: seconds(20) },
      // It was switched off and on.
      { ...rootScript, at: seconds(30) },
      { at: seconds(31) },
      { ...kernel, at: seconds(32) },
      { ...rootScript, at: seconds(60) },
      { at: seconds(61) },
    ])
    expect(all.map(({ events, verdict }) => [events, verdict])).toEqual([
      [2, 'script fetched, kernel never'],
      [3, 'booted, never called back'],
      [4, 'state does not allow'],
    ])
    expect(all.map(({ node_name }) => node_name)).toEqual(['rack1-n1', 'rack1-n1', 'rack1-n1'])
  })

  it('is one where the clocks of API and conductor differ', () => {
    const all = boots([{ at: seconds(3) }, { ...kernel, at: seconds(2) }, { ...lookup, at: seconds(20) }])
    expect(all.map(({ events, verdict }) => [events, verdict])).toEqual([[3, 'booted']])
  })

  it('is not mixed up with those of others behind one proxy', () => {
    const proxy = { client: '192.0.2.1' }
    const other = { ...proxy, node_uuid: '00000000-0000-4000-8000-000000000002', mac: '52:54:00:00:00:02' }
    const all = boots([
      { ...proxy },
      other,
      { ...unknownNic, ...proxy },
      { ...unknownNic, ...proxy, mac: '52:54:00:00:00:98' },
    ])
    expect(all.map(({ events, mac }) => [events, mac])).toEqual([
      [1, '52:54:00:00:00:98'],
      [1, unknownNic.mac],
      [1, other.mac],
      [1, '52:54:00:12:34:56'],
    ])
  })

  it('takes in what happened to its address while nobody knew whose it is', () => {
    const all = boots([
      { ...unavailable('DatabaseUnavailable'), mac: '52:54:00:12:34:56', client: '192.0.2.77' },
      {},
      lookup,
    ])
    expect(all.map(({ events, verdict }) => [events, verdict])).toEqual([[3, 'booted']])
  })

  it('is not made of what happens outside of boots', () => {
    const events = [
      { ...heartbeat },
      { kind: 'state', name: 'available to active' } as const,
      { kind: 'syslog' } as const,
    ]
    expect(boots(events)).toEqual([])
  })

  it('counts an event that a store has twice once', () => {
    const twice = [aBootEvent(), aBootEvent()]
    expect(bootsOf(stored(twice), noon).boots.map(({ boot }) => [boot.events, boot.notes])).toEqual([[1, []]])
  })

  it("counts what two hosts have read in Ironic's database once, and what is of another node or seen elsewhere twice", () => {
    const read = aBootEvent({ kind: 'heartbeat', mac: null, client: null, request_id: null })
    const kinds = (...more: BootEvent[]) => bootsOf(stored([aBootEvent(), ...more]), noon).boots[0]?.boot.events
    expect(kinds(read, { ...read, server: 'api-2' })).toBe(2)
    const file = aBootEvent({ kind: 'file', name: 'deploy_kernel', request_id: null })
    expect(kinds(file, { ...file, server: 'cond-2' })).toBe(3)
    const others = stored([aBootEvent({ node_uuid: 'another' }), aBootEvent(), read, { ...read, node_uuid: 'another' }])
    expect(bootsOf(others, noon).boots.map(({ boot }) => boot.events)).toEqual([2, 2])
  })

  it.each<[string, readonly Partial<BootEvent>[]]>([
    ['one client that fetches the root script', [rootScript]],
    ['one client with a node and a NIC that nobody knows', [kernel, unknownNic]],
  ])('is found in time that grows with the number of events, of %s again and again', (_, what) => {
    const readsPerEvent = (count: number) => {
      let reads = 0
      const get = (event: StoredBootEvent, name: keyof StoredBootEvent) => {
        reads += 1
        return event[name]
      }
      const events = Array.from({ length: count }, (_, index) =>
        aBootEvent({ at: noon + index, ...what[index % what.length] }),
      )
      bootsOf(
        stored(events).map((event) => new Proxy(event, { get })),
        minutes(60),
      )
      return reads / count
    }
    expect(readsPerEvent(2000)).toBeLessThan(2 * readsPerEvent(200))
  })
})
