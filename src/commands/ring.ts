import { Command } from 'commander'
import type { Conductor } from '../model/conductor.ts'
import { Membership, ringName } from '../ring/membership.ts'
import { withFleet } from './context.ts'
import { addExamples } from './examples.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import type { Output } from './terminal/output.ts'
import { type Cell, table } from './terminal/table.ts'

/** One node's place; `owner` is null when no conductor that is alive is on its ring. */
interface NodePlace {
  uuid: string
  name: string | null
  /** `<conductor group>:<hardware type>`. */
  ring: string
  owner: string | null
  /** All conductors of its ring, owner first. */
  order: string[]
}

interface ConductorShare {
  hostname: string
  conductor_group: string
  alive: boolean
  /** It hands its nodes over. */
  draining: boolean
  /** How many nodes it owns. */
  nodes: number
}

/** `bootring ring`: who owns which node, and how evenly. */
export function ringCommand(): Command {
  const command = new Command('ring')
    .description('show which conductor owns which node, and how evenly the nodes are spread')
    .option('--json', 'print one JSON document')
  addExamples(command, {
    'bootring ring': 'who is alive, and who owns what',
    'bootring ring --config-file /etc/bootring/bootring.conf --json': 'the same for a program',
  })
  return addConfigOptions(command, { attached: true }).action(async (options: ConfigOptions & { json?: boolean }) => {
    const { conductors, nodes } = await withFleet(options, async ({ config, database }) => {
      await database.checkSchema()
      const membership = new Membership(await database.conductors.conductors(config.conductor.heartbeat_timeout), {
        algorithm: config.DEFAULT.hash_ring_algorithm,
        partitionExponent: config.DEFAULT.hash_partition_exponent,
      })
      const nodes: NodePlace[] = []
      for await (const { conductorGroup, driver, name, uuid } of database.nodes.nodes()) {
        const order = membership.order({ conductorGroup, driver, uuid })
        nodes.push({ uuid, name, ring: ringName(conductorGroup, driver), owner: order[0] ?? null, order })
      }
      return { conductors: shares(membership.conductors, nodes), nodes }
    })
    if (options.json) process.stdout.write(`${JSON.stringify({ conductors, nodes }, undefined, 2)}\n`)
    else process.stdout.write(describe(process.stdout, conductors, nodes))
  })
}

function shares(conductors: readonly Conductor[], nodes: NodePlace[]): ConductorShare[] {
  const owned = new Map<string, number>()
  for (const { owner } of nodes) if (owner !== null) owned.set(owner, (owned.get(owner) ?? 0) + 1)
  return conductors.map(({ alive, conductorGroup, draining = false, hostname }) => ({
    hostname,
    conductor_group: conductorGroup,
    alive,
    draining,
    nodes: owned.get(hostname) ?? 0,
  }))
}

function describe(output: Output, conductors: ConductorShare[], nodes: NodePlace[]): string {
  const total = nodes.length
  const percent = (count: number) => (total === 0 ? '' : `${((100 * count) / total).toFixed(1)} %`)
  const share = table(
    output,
    ['CONDUCTOR', 'GROUP', 'ALIVE', { title: 'NODES', align: 'right' }, { title: 'SHARE', align: 'right' }],
    conductors.map((conductor) => [
      conductor.hostname,
      conductor.conductor_group || null,
      liveness(conductor),
      conductor.nodes,
      percent(conductor.nodes),
    ]),
  )
  const places = table(
    output,
    ['NODE', { title: 'UUID', whole: true }, 'RING', 'OWNER', 'THEN'],
    nodes.map(({ name, order, owner, ring, uuid }) => [
      name,
      uuid,
      ring,
      owner ?? { value: 'nobody', colour: 'red' },
      order.slice(1).join(' ') || null,
    ]),
  )
  return `${share}\n${places}\n${evenness(conductors, nodes)}\n`
}

function liveness({ alive, draining }: ConductorShare): Cell {
  if (!alive) return { value: 'no', colour: 'red' }
  return draining ? { value: 'yes, drains', colour: 'yellow' } : { value: 'yes', colour: 'green' }
}

function evenness(conductors: ConductorShare[], nodes: NodePlace[]): string {
  const alive = conductors.filter((conductor) => conductor.alive && !conductor.draining)
  const orphans = nodes.filter(({ owner }) => owner === null).length
  const counts = alive.map((conductor) => conductor.nodes)
  const spread = counts.length === 0 ? '' : `; from ${Math.min(...counts)} to ${Math.max(...counts)} nodes each`
  const nobody = orphans === 0 ? '' : `; ${orphans} nodes that nobody owns`
  const count = conductors.filter((conductor) => conductor.alive).length
  return `${nodes.length} nodes, ${count} of ${conductors.length} conductors alive${spread}${nobody}.`
}
