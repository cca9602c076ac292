import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cpuSecondsOf, familyOf } from './cpu-time.ts'
import { secondsToFirstScript } from './first-script.ts'
import { bootPath, bootPaths, copyDatabase, loadFleet, macOf, makeFleet } from './fleet.ts'
import { type Installation, type Service, startService, writeInstallation } from './instance.ts'
import type { MachineFacts } from './machine.ts'
import { memoryOf } from './memory.ts'
import { startNginx } from './nginx.ts'
import type { BenchOptions } from './options.ts'
import { type ProfiledProcess, profileService } from './profile.ts'
import { measureRefusalTimes } from './refusal-times.ts'
import {
  type BootFilesTime,
  type CandidateKind,
  type CandidateRounds,
  figuresOf,
  growthOf,
  labelOf,
  type Results,
  type StartTime,
} from './results.ts'
import { spread } from './statistics.ts'
import { type LoadResult, runWrk, wrkScript } from './wrk.ts'

type Say = (words: string) => void

interface Candidate extends CandidateRounds {
  url: string
  pathsFile: string
  /** All processes that work on its requests. */
  pids: number[]
  service: Service | undefined
}

/** The whole run, in `folder`. Whatever it starts it has ended when it returns or throws. */
export async function runBench(
  options: BenchOptions,
  machine: MachineFacts,
  folder: string,
  say: Say,
): Promise<Results> {
  const ends: (() => Promise<void>)[] = []
  const date = new Date().toISOString()
  const scriptFile = join(folder, 'random-paths.lua')
  await writeFile(scriptFile, wrkScript)
  const load = (url: string, pathsFile: string, seconds: number, seed: number) =>
    runWrk({ url, pathsFile, scriptFile, connections: options.connections, seconds, seed })
  try {
    const databases = await makeDatabases(options, folder, say)
    const starts = await measureStarts(options, folder, databases, say)
    const candidates = await startCandidates(options, folder, databases, ends, say)
    await measureRounds(candidates, options, load, say)
    const services = candidates.filter(({ kind }) => kind !== 'nginx')
    const memory = services.flatMap((candidate) =>
      (candidate.service?.children ?? []).map(({ name, pid }) => ({ process: name, memory: memoryOf(pid) })),
    )
    say(`timing ${options.refusalsEach} refusals of each sort`)
    const [first] = services
    if (first === undefined) throw new Error('nothing was measured')
    const refusals = await measureRefusalTimes(first.url, options.refusalsEach, options.seed)
    const bootFiles: BootFilesTime[] = services.map((candidate) => ({
      service: labelOf(candidate),
      nodes: candidate.nodes ?? 0,
      seconds: candidate.service?.bootFilesSeconds,
    }))
    await endAll(ends)
    const profile: ProfiledProcess[] = []
    for (const kind of ['serve', 'api'] as const) {
      say(`profiling ${kind}`)
      const installation = await newInstallation(folder, `profile-${kind}`, databases.small)
      const pathsFile = pathsFileOf(folder, options.nodes[0])
      profile.push(
        ...(await profileService(kind, installation, join(folder, `profile-${kind}`, 'cpu'), (url) =>
          load(url, pathsFile, Math.min(4, options.secondsPerRound), options.seed),
        )),
      )
    }
    const rounds = candidates.map(({ kind, nodes, rounds }) => ({ kind, nodes, rounds }))
    return {
      date,
      options,
      machine,
      candidates: figuresOf(rounds),
      growth: growthOf(rounds, options.nodes),
      memory,
      starts,
      bootFiles,
      refusals,
      profile,
    }
  } finally {
    await endAll(ends)
  }
}

/** The last that was started ends first. */
async function endAll(ends: (() => Promise<void>)[]): Promise<void> {
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end()
}

/** SQLite files with the two fleets, which are only ever copied. */
interface Databases {
  small: string
  large: string
}

const pathsFileOf = (folder: string, nodes: number) => join(folder, `paths-${nodes}.txt`)

async function makeDatabases({ nodes, seed }: BenchOptions, folder: string, say: Say): Promise<Databases> {
  const [small, large] = await Promise.all(
    nodes.map(async (count) => {
      const file = join(folder, `fleet-${count}.sqlite`)
      say(`making a fleet of ${count.toLocaleString('en')} nodes`)
      await loadFleet(`sqlite:///${file}`, makeFleet(count, seed))
      await writeFile(pathsFileOf(folder, count), `${bootPaths(count).join('\n')}\n`)
      return file
    }),
  )
  return { small: small as string, large: large as string }
}

/** In a folder of its own, with its own copy of the database where that is a file. */
async function newInstallation(folder: string, name: string, database?: string): Promise<Installation> {
  const own = join(folder, name)
  await mkdir(own, { recursive: true })
  const file = join(own, 'bootring.sqlite')
  if (database !== undefined) await copyDatabase(database, file)
  return writeInstallation(own, `sqlite:///${file}`)
}

async function measureStarts(
  { nodes: [smallCount, largeCount], starts }: BenchOptions,
  folder: string,
  { large, small }: Databases,
  say: Say,
): Promise<StartTime[]> {
  say('timing the start of serve')
  const script = bootPath(macOf(1))
  const empty: number[] = []
  const fresh: number[] = []
  const again: number[] = []
  for (let i = 0; i < starts; i += 1) {
    const nothing = await newInstallation(folder, `start-empty-${i}`)
    empty.push(await secondsToFirstScript(nothing, `${nothing.fileUrl}/boot.ipxe`))
    const installed = await newInstallation(folder, `start-${i}`, small)
    fresh.push(await secondsToFirstScript(installed, `${installed.apiUrl}${script}`))
    again.push(await secondsToFirstScript(installed, `${installed.apiUrl}${script}`))
  }
  const crowd = await newInstallation(folder, 'start-large', large)
  const crowded = [await secondsToFirstScript(crowd, `${crowd.apiUrl}${script}`)]
  const count = (nodes: number) => `${nodes.toLocaleString('en')} nodes`
  return [
    { what: 'empty folder, root script', seconds: spread(empty) },
    { what: `${count(smallCount)}, no boot files yet`, seconds: spread(fresh) },
    { what: `${count(smallCount)}, second start`, seconds: spread(again) },
    { what: `${count(largeCount)}, no boot files yet`, seconds: spread(crowded) },
  ]
}

async function startCandidates(
  { nodes: [smallCount, largeCount], postgresql, seed }: BenchOptions,
  folder: string,
  { large, small }: Databases,
  ends: (() => Promise<void>)[],
  say: Say,
): Promise<Candidate[]> {
  const started: Candidate[] = []
  const start = async (kind: Exclude<CandidateKind, 'nginx'>, nodes: number, installation: Installation) => {
    const label = labelOf({ kind, nodes })
    say(`starting ${label}, and waiting for its boot files`)
    const service = await startService(label, kind === 'serve' ? 'serve' : 'api', installation)
    ends.push(async () => {
      await Promise.all(service.children.map((child) => child.end()))
    })
    if (service.bootFilesSeconds === undefined) say(`${label}: its boot files are not all written; measuring anyway`)
    started.push({
      kind,
      nodes,
      rounds: [],
      url: service.url,
      pathsFile: pathsFileOf(folder, nodes),
      pids: service.children.map(({ pid }) => pid),
      service,
    })
  }
  for (const [count, database] of [
    [smallCount, small],
    [largeCount, large],
  ] as const) {
    await start('serve', count, await newInstallation(folder, `serve-${count}`, database))
    await start('api', count, await newInstallation(folder, `api-${count}`, database))
  }
  if (postgresql) {
    const { startPostgresql } = await import('../test/support/postgresql-server.ts')
    const server = await startPostgresql()
    ends.push(() => server.stop())
    for (const count of [smallCount, largeCount]) {
      await server.createDatabase(`fleet_${count}`)
      const url = server.url(`fleet_${count}`)
      say(`loading ${count.toLocaleString('en')} nodes into PostgreSQL`)
      await loadFleet(url, makeFleet(count, seed))
      const own = join(folder, `postgresql-${count}`)
      await mkdir(own)
      await start('api on PostgreSQL', count, await writeInstallation(own, url))
    }
  }
  const script = started[0]?.service?.script
  if (script === undefined) throw new Error('there is no script to give to nginx')
  const nginxFolder = join(folder, 'nginx')
  await mkdir(nginxFolder)
  const nginx = await startNginx(nginxFolder, script)
  ends.push(() => nginx.child.end())
  // As many paths as the small fleet has nodes, so that the load generator has the same to do.
  const pathsFile = join(folder, 'paths-nginx.txt')
  await writeFile(pathsFile, `${Array.from({ length: smallCount }, () => nginx.path).join('\n')}\n`)
  return [
    {
      kind: 'nginx',
      nodes: undefined,
      rounds: [],
      url: nginx.url,
      pathsFile,
      pids: familyOf(nginx.child.pid),
      service: undefined,
    },
    ...started,
  ]
}

async function measureRounds(
  candidates: Candidate[],
  { rounds, secondsPerRound, seed }: BenchOptions,
  load: (url: string, pathsFile: string, seconds: number, seed: number) => Promise<LoadResult>,
  say: Say,
): Promise<void> {
  say('warming up')
  for (const { pathsFile, url } of candidates) await load(url, pathsFile, 2, seed)
  for (let round = 1; round <= rounds; round += 1) {
    for (const candidate of candidates) {
      const before = cpuSeconds(candidate)
      const result = await load(candidate.url, candidate.pathsFile, secondsPerRound, seed + round)
      const used = cpuSeconds(candidate) - before
      candidate.rounds.push({ ...result, cpuMicrosecondsPerRequest: (used * 1e6) / result.requests })
    }
    const figures = candidates.map(({ rounds: all }) => Math.round(all.at(-1)?.requestsPerSecond ?? 0))
    say(`round ${round} of ${rounds}: ${figures.join(', ')} requests/s`)
  }
}

const cpuSeconds = ({ pids }: Candidate) => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
