import { createHash } from 'node:crypto'
import type { Boot, BootVerdict } from '../../src/model/boots.ts'
import { HashRing } from '../../src/ring/hash-ring.ts'

/* A fleet that is not there, to work on the dashboard with: any number of nodes and conductors, and boots that go on. */

const states = ['active', 'active', 'active', 'available', 'wait call-back', 'clean wait', 'deploying', 'deploy failed']

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function uuidOf(text: string): string {
  return digest(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

export function madeUpFleet(nodeCount: number, conductorCount: number) {
  const hostnames = Array.from({ length: conductorCount }, (_, i) => `cond-${String(i + 1).padStart(2, '0')}`)
  const alive = hostnames.filter((_, index) => index !== 2 || conductorCount < 3)
  const ring = new HashRing(alive, 'md5', 5)
  const nodes = Array.from({ length: nodeCount }, (_, index) => {
    const name = `rack${Math.floor(index / 40) + 1}-n${String((index % 40) + 1).padStart(2, '0')}`
    const uuid = uuidOf(name)
    const state = states[Number.parseInt(uuid.slice(0, 4), 16) % states.length] ?? null
    return {
      uuid,
      name: index % 50 === 7 ? null : name,
      provision_state: state,
      driver: index % 9 === 0 ? 'redfish' : 'ipmi',
      boot_interface: index % 9 === 0 ? 'http-ipxe' : 'ipxe',
      conductor_group: '',
      owner: ring.order(uuid)[0] ?? null,
      macs: Array.from(
        { length: index % 5 === 0 ? 2 : 1 },
        (_, nic) => `52:54:00:${digest(`${name}${nic}`).replace(/^(..)(..)(..).*/, '$1:$2:$3')}`,
      ),
      maintenance: index % 31 === 5,
      last_error: state === 'deploy failed' ? 'Timeout reached while waiting for callback <b>of the agent</b>' : null,
      may_boot: state?.includes('wait') ?? false,
    }
  })
  return { hostnames, alive, nodes }
}

type Fleet = ReturnType<typeof madeUpFleet>

const verdicts: readonly BootVerdict[] = [
  'booted',
  'booted',
  'booted',
  'under way',
  'state does not allow',
  'script fetched, kernel never',
  'unknown address',
  'no conductor',
  'fallback served',
]

export function madeUpBoot({ nodes, alive }: Fleet, id: number, at: number): Boot {
  const node = nodes[(id * 7919) % nodes.length]
  const verdict = verdicts[(id * 31) % verdicts.length] ?? 'booted'
  const served = ['booted', 'under way', 'script fetched, kernel never'].includes(verdict)
  const known = verdict !== 'unknown address'
  const words = served
    ? ([
        ['script', `script served by ${alive[0]}`, 0, 12],
        ['file', 'kernel, 12.3 MB', 0.4, 310],
        ['file', 'initrd, 210.0 MB', 1.1, 5200],
        ['lookup', 'agent called back', 48.2, 9],
      ] as const)
    : ([['script', `refused: ${verdict}`, 0, 31]] as const)
  const steps = words
    .slice(0, verdict === 'booted' ? 4 : verdict === 'under way' ? 2 : 1)
    .map(([kind, what, seconds, milliseconds], index) => ({
      at: at + seconds * 1000,
      kind,
      outcome: served ? ('served' as const) : ('refused' as const),
      what,
      code: served ? null : 'StateForbidsBoot',
      seconds,
      milliseconds,
      event_id: id * 10 + index,
      times: 1,
    }))
  return {
    id,
    node_uuid: known ? (node?.uuid ?? null) : null,
    node_name: known ? (node?.name ?? null) : null,
    mac: node?.macs[0] ?? null,
    client: `10.0.${id % 250}.${(id * 3) % 250}`,
    begun_at: at,
    last_at: steps.at(-1)?.at ?? at,
    verdict,
    code: served ? null : 'StateForbidsBoot',
    reason: served ? null : `node ${node?.name} is ${node?.provision_state}, in which it may not boot`,
    remedy: served ? null : 'Bring the node into a wait state, or set [api]restrict_boot_config = False.',
    notes: id % 4 === 0 ? [{ note: 'asked twice', detail: '2 times within 3 s' }] : [],
    owner: node?.owner ?? null,
    conductor: served ? (alive[0] ?? null) : null,
    events: steps.length,
    steps,
  }
}
