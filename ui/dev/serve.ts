/*
 * The built dashboard over a fleet that is not there: node ui/dev/serve.ts [nodes] [conductors] [port]
 * For working on it; what it answers has the shapes of the real API, and none of its truth.
 */
import { createServer, type ServerResponse } from 'node:http'
import { readUiFiles } from '../../src/api/ui/ui-files.ts'
import { HashRing } from '../../src/ring/hash-ring.ts'
import { madeUpBoot, madeUpFleet } from './made-up-fleet.ts'

const [nodeCount = 200, conductorCount = 3, port = 8099] = process.argv.slice(2).map(Number)
const fleet = madeUpFleet(nodeCount, conductorCount)
const { alive, hostnames, nodes } = fleet
const begun = Date.now()
const boots = Array.from({ length: 80 }, (_, id) => madeUpBoot(fleet, id, begun - (80 - id) * 20_000))
const listeners = new Set<ServerResponse>()
setInterval(() => {
  const boot = madeUpBoot(fleet, boots.length, Date.now())
  boots.push(boot)
  for (const listener of listeners) listener.write(`event: boot\nid: ${boot.id}\ndata: ${JSON.stringify(boot)}\n\n`)
}, 1500)

function overview() {
  const states = Map.groupBy(nodes, (node) => node.provision_state)
  return {
    version: '0.1.0',
    mode: 'standalone',
    server: 'api-1',
    now: Date.now(),
    nodes: nodes.length,
    states: [...states].map(([state, list]) => ({ state, nodes: list.length })),
    conductors: hostnames.map((hostname, index) => ({
      hostname,
      conductor_group: '',
      hardware_types: ['ipmi'],
      alive: alive.includes(hostname),
      draining: index === 1,
      last_heartbeat: alive.includes(hostname) ? Date.now() - 3000 : begun - 600_000,
    })),
    events: { kept: 1234, dropped: 0, enabled: true },
  }
}

function rings() {
  const ring = new HashRing(alive, 'md5', 5)
  const partitions = 4096
  const point = (uuid: string) => Number.parseInt(uuid.slice(0, 8), 16) / 2 ** 32
  const owners = Array.from(
    { length: partitions },
    (_, index) => ring.order(`place ${Math.floor(index / 11)}`)[0] ?? '',
  )
  const arcs = owners.flatMap((owner, index) => {
    if (index > 0 && owners[index - 1] === owner) return []
    let end = index
    while (owners[end] === owner) end += 1
    return [[index / partitions, end / partitions, owner]]
  })
  return {
    rings: [
      {
        name: ':ipmi',
        conductor_group: '',
        hardware_type: 'ipmi',
        conductors: hostnames.map((hostname) => ({
          hostname,
          alive: alive.includes(hostname),
          share: owners.filter((owner) => owner === hostname).length / partitions,
          nodes: nodes.filter(({ owner }) => owner === hostname).length,
        })),
        nodes: nodes.slice(0, 2000).map(({ uuid, name, owner }) => [uuid, name, owner, point(uuid)]),
        arcs,
      },
    ],
  }
}

function nodeList(query: URLSearchParams) {
  const q = query.get('q')?.toLowerCase() ?? ''
  const from = nodes.findIndex(({ uuid }) => uuid === query.get('marker')) + 1
  const limit = Number(query.get('limit') ?? 100)
  const found = nodes
    .slice(from)
    .filter(
      ({ driver, last_error: error, macs, maintenance, name, owner, provision_state: state, uuid }) =>
        (!query.has('state') || state === query.get('state')) &&
        (!query.has('owner') || owner === query.get('owner')) &&
        (!query.has('maintenance') || maintenance) &&
        (!query.has('error') || error !== null) &&
        (!query.has('driver') || driver === query.get('driver')) &&
        (!query.has('unserved_minutes') || uuid > '8') &&
        (name?.includes(q) || uuid.startsWith(q) || macs.some((mac) => mac.startsWith(q))),
    )
  const page = found.slice(0, limit)
  return { nodes: page, next: found.length > limit ? page.at(-1)?.uuid : null }
}

function counts() {
  const by = (name: 'driver' | 'boot_interface') =>
    [...Map.groupBy(nodes, (node) => node[name])].map(([name, list]) => ({ name, nodes: list.length }))
  return {
    maintenance: nodes.filter(({ maintenance }) => maintenance).length,
    error: nodes.filter(({ last_error: error }) => error !== null).length,
    drivers: by('driver'),
    boot_interfaces: by('boot_interface'),
  }
}

function node(id: string) {
  const found = nodes.find(({ uuid, name }) => uuid === id || name === id)
  if (found === undefined) return undefined
  return {
    ...found,
    explanation: {
      mac: found.macs[0],
      name: 'boot.ipxe',
      outcome: found.may_boot ? 'served' : 'refused',
      code: found.may_boot ? null : 'StateForbidsBoot',
      reason: found.may_boot ? null : `node ${found.name} is ${found.provision_state}, in which it may not boot`,
      remedy: found.may_boot ? null : 'Bring the node into a wait state, or set [api]restrict_boot_config = False.',
      ring: {
        name: ':ipmi',
        owner: alive[0],
        conductors: hostnames
          .slice(0, 4)
          .map((hostname) => ({ hostname, alive: alive.includes(hostname), seconds_since_heartbeat: 4 })),
      },
      attempts: found.may_boot
        ? [{ conductor: alive[0], address: '10.0.0.1:8089', milliseconds: 3.2, error: null }]
        : [],
      conductor: found.may_boot ? alive[0] : null,
    },
  }
}

const scripts = ['wait call-back', 'clean wait', 'inspect wait', 'rescue wait', 'service wait', 'active'].map(
  (state) => ({
    state,
    name: 'boot.ipxe',
    script:
      state === 'active'
        ? null
        : `#!ipxe\nset attempt:int32 0\n:boot\n# ${state} <script>alert(1)</script>\nkernel http://10.0.0.1/kernel ipa-api-url=http://10.0.0.9:6385 systemd.journald.forward_to_console=yes initrd=ramdisk\ninitrd http://10.0.0.1/ramdisk || goto retry\nboot\n\n:retry\nsleep 4\ngoto boot\n`,
    error: state === 'active' ? 'In this state it may not boot.' : null,
  }),
)

function figures(count: number) {
  const last = Math.floor(Date.now() / 60_000)
  return {
    minutes: Array.from({ length: count }, (_, index) => {
      const wave = 20 + 15 * Math.sin(index / 9) + (index % 7)
      const refused = index % 11 === 0 ? 6 : index % 3
      return {
        at: (last - count + index) * 60_000,
        served: Math.round(wave),
        refused,
        unavailable: index % 29 === 0 ? 3 : 0,
        p50_milliseconds: 2 + (index % 5) / 4,
        p99_milliseconds: 9 + (index % 13),
        reasons: { PortNotFound: Math.floor(refused / 2), StateForbidsBoot: Math.ceil(refused / 2) },
      }
    }),
  }
}

function answer(path: string, query: URLSearchParams): unknown {
  const [first, id, what] = path.split('/').map(decodeURIComponent)
  if (first === 'overview') return overview()
  if (first === 'ring') return rings()
  if (first === 'counts') return counts()
  if (first === 'figures') return figures(Number(query.get('minutes') ?? 60))
  if (first === 'boots') {
    const own = boots.filter((boot) => !query.has('node') || boot.node_uuid === query.get('node'))
    return { boots: own.slice(-Number(query.get('limit') ?? 100)).reverse(), next: null }
  }
  if (first !== 'nodes') return undefined
  if (id === undefined) return nodeList(query)
  return what === 'scripts' ? { scripts } : node(id)
}

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname === '/v1/bootring/live') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': here\n\n')
    listeners.add(response)
    response.on('close', () => listeners.delete(response))
    return
  }
  if (pathname.startsWith('/v1/bootring/')) {
    const body = answer(pathname.slice('/v1/bootring/'.length), searchParams)
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(body ?? { error_message: '{"faultstring": "It could not be found."}' }))
    return
  }
  const file = readUiFiles()?.get(pathname === '/ui/' ? 'index.html' : pathname.slice('/ui/'.length))
  response.writeHead(file === undefined ? 404 : 200, { 'Content-Type': file?.contentType ?? 'text/plain' })
  response.end(file?.content)
}).listen(port, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${port}/ui/\n`))
