import { setTimeout as sleep } from 'node:timers/promises'
import type { FleetNode } from '../src/model/stores.ts'
import { cpuSecondsByGroup } from './attached-cpu.ts'
import { type CpuMeter, closedLoop, forSeconds, type LoopResult, times, timingOf } from './closed-loop.ts'
import type { MachineFacts } from './machine.ts'
import { ManagementClient } from './management-client.ts'
import { creationOf, makeManagedFleet } from './management-fleet.ts'
import { createdPerRound, type Operation, operationsOf, patchOnce } from './management-operations.ts'
import type { ManagementOptions } from './management-options.ts'
import {
  type CreationGrowth,
  type CrowdTiming,
  growthWithin,
  type ManagedKind,
  type ManagementResults,
  type RestFigures,
  type SizeRounds,
  sizeFigures,
} from './management-results.ts'
import { type Managed, ManagementStage } from './management-stage.ts'
import { memoryOf } from './memory.ts'
import { randomFrom } from './random.ts'

type Say = (words: string) => void

const warmUps = 5

/** The whole run, in `folder`. Whatever it starts it has ended when it returns or throws. */
export async function runManagementBench(
  options: ManagementOptions,
  machine: MachineFacts,
  folder: string,
  say: Say,
): Promise<ManagementResults> {
  const date = new Date().toISOString()
  const before = cpuSecondsByGroup()
  const stage = await ManagementStage.open(folder, options.postgresql, say)
  try {
    const crowd: CrowdTiming[] = []
    const creation: CreationGrowth[] = []
    for (const kind of stage.kinds) {
      const found = await measureCrowd(stage, kind, options, say)
      crowd.push(...found.crowd)
      creation.push(found.creation)
      await stage.rest()
    }
    const { filling, rounds } = await measureSizes(stage, options, say)
    await stage.rest()
    const rest = options.restSeconds === 0 ? [] : await measureRest(stage, options, say)
    await stage.rest()
    const after = cpuSecondsByGroup()
    const all = Object.values(after).reduce((sum, value) => sum + value, 0)
    const allBefore = Object.values(before).reduce((sum, value) => sum + value, 0)
    const othersShare = (after.others - before.others) / (all - allBefore)
    return { date, options, machine, othersShare, filling, crowd, creation, sizes: sizeFigures(rounds), rest }
  } finally {
    await stage.end()
  }
}

/** Several clients at once create a fleet, and then use it. */
async function measureCrowd(
  stage: ManagementStage,
  kind: ManagedKind,
  { clients, create: most, createOnPostgresql, seed }: ManagementOptions,
  say: Say,
): Promise<{ crowd: CrowdTiming[]; creation: CreationGrowth }> {
  const create = kind === 'serve on SQLite' ? most : createOnPostgresql
  const [first, second, ...fleet] = makeManagedFleet(create + 2, seed)
  const { cpu, service } = await stage.start(kind, [first, second] as FleetNode[])
  const client = new ManagementClient(service.url, clients)
  const random = randomFrom(seed)
  try {
    say(`creating ${create.toLocaleString('en')} nodes with ports`)
    const ports: number[] = []
    const created = await closedLoop(cpu, clients, times(create), async (number) => {
      const { node, port } = creationOf(fleet[number] as FleetNode, number + 2)
      await client.ask('POST', '/v1/nodes', node)
      const startedAt = performance.now()
      await client.ask('POST', '/v1/ports', port)
      ports.push(performance.now() - startedAt)
    })
    say(`${(create / created.seconds).toFixed(0)} a second`)
    const uuid = () => fleet[Math.floor(random() * create)]?.uuid as string
    const some = times(Math.min(create, 2000))
    const shown = await closedLoop(cpu, clients, some, () => client.ask('GET', `/v1/nodes/${uuid()}`))
    const patched = await closedLoop(cpu, clients, some, () => patchOnce(client, uuid(), random))
    const listed = await walkPages(cpu, client, '/v1/nodes?limit=1000', clients)
    const detailed = await walkPages(cpu, client, '/v1/nodes/detail?limit=100', clients)
    const crowd = [
      { operation: 'create a node and its port', loop: created },
      { operation: 'of which the port', loop: { ...created, milliseconds: ports, cpuSeconds: Number.NaN } },
      { operation: 'show a node', loop: shown },
      { operation: 'patch a node', loop: patched },
      { operation: 'all nodes, in pages of 1,000', loop: listed },
      { operation: 'all nodes, all fields, in pages of 100', loop: detailed },
    ].map(({ loop, operation }) => ({ kind, operation, timing: timingOf(loop) }))
    return { crowd, creation: { kind, nodes: create, factor: growthWithin(created.milliseconds) } }
  } finally {
    await client.close()
  }
}

/** Each client follows the links from the first page to the last, and must have seen the same number of nodes. */
async function walkPages(cpu: CpuMeter, client: ManagementClient, first: string, clients: number): Promise<LoopResult> {
  const milliseconds: number[] = []
  const cpuBefore = cpu()
  const startedAt = performance.now()
  const counts = await Promise.all(
    Array.from({ length: clients }, async () => {
      let count = 0
      for (let path: string | undefined = first; path !== undefined; ) {
        const began = performance.now()
        const text = await client.ask('GET', path)
        milliseconds.push(performance.now() - began)
        const page: { nodes: unknown[]; next?: string } = JSON.parse(text)
        count += page.nodes.length
        const next: URL | undefined = page.next === undefined ? undefined : new URL(page.next)
        path = next && `${next.pathname}${next.search}`
      }
      return count
    }),
  )
  if (new Set(counts).size !== 1) throw new Error(`clients saw different numbers of nodes: ${counts.join(', ')}`)
  return { milliseconds, seconds: (performance.now() - startedAt) / 1000, cpuSeconds: cpu() - cpuBefore }
}

/** One client, all sizes within one round of each operation. */
async function measureSizes(
  stage: ManagementStage,
  options: ManagementOptions,
  say: Say,
): Promise<Pick<ManagementResults, 'filling'> & { rounds: SizeRounds[] }> {
  const { nodes: sizes, rounds: roundCount, secondsPerRound, seed } = options
  const filling: ManagementResults['filling'] = []
  const measured: { operation: Operation; cpu: CpuMeter; rounds: SizeRounds }[] = []
  const clients: ManagementClient[] = []
  try {
    for (const kind of stage.kinds) {
      for (const size of sizes) {
        const more = roundCount * createdPerRound + warmUps
        const fleet = makeManagedFleet(size + more, seed)
        const managed = await stage.start(kind, fleet.slice(0, size))
        filling.push({ kind, nodes: size, seconds: managed.fillingSeconds })
        const client = new ManagementClient(managed.service.url, 1)
        clients.push(client)
        const newNodes = fleet.slice(size).map((node, offset) => ({ node, index: size + offset }))
        const known = { client, nodes: fleet.slice(0, size), newNodes: newNodes.values(), random: randomFrom(seed) }
        for (const operation of operationsOf(known)) {
          measured.push({
            operation,
            cpu: managed.cpu,
            rounds: { kind, operation: operation.name, nodes: size, rounds: [] },
          })
        }
      }
    }
    // Sizes of the same operation one right after the other.
    const inTurn = [
      ...Map.groupBy(measured, ({ rounds: { kind, operation } }) => `${kind}: ${operation}`).values(),
    ].flat()
    say('warming up')
    for (const { cpu, operation } of inTurn) await closedLoop(cpu, 1, times(warmUps), () => operation.once())
    for (let round = 1; round <= roundCount; round += 1) {
      for (const { cpu, operation, rounds } of round % 2 === 1 ? inTurn : inTurn.toReversed()) {
        const { atMost } = operation
        const end = atMost === undefined ? forSeconds(secondsPerRound, 5) : times(atMost)
        rounds.rounds.push(await closedLoop(cpu, 1, end, () => operation.once()))
      }
      say(`round ${round} of ${roundCount}`)
    }
    return { filling, rounds: measured.map(({ rounds }) => rounds) }
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
}

/** What `serve` does for itself, all sizes at the same time. */
async function measureRest(
  stage: ManagementStage,
  { nodes: sizes, restSeconds, seed }: ManagementOptions,
  say: Say,
): Promise<RestFigures[]> {
  const managed: Managed[] = []
  for (const size of sizes) {
    managed.push(await stage.start('serve on SQLite', makeManagedFleet(size, seed), { periodic: true }))
  }
  say(`looking at conductors at rest for ${restSeconds} s`)
  const before = managed.map(({ cpu }) => cpu())
  await sleep(restSeconds * 1000)
  return managed.map(({ cpu, nodes, service }, index) => ({
    nodes,
    cpuShare: (cpu() - (before[index] as number)) / restSeconds,
    residentMib: memoryOf(service.children[0]?.pid as number).resident,
  }))
}
