import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { openDatabase } from '../src/db/open-database.ts'
import type { CompareOptions } from './compare-options.ts'
import { type ComparedRounds, type CompareResults, compared } from './compare-results.ts'
import { cpuSecondsOf } from './cpu-time.ts'
import { bootPaths, loadFleet, makeFleet } from './fleet.ts'
import { type Service, startService, writeInstallation } from './instance.ts'
import type { MachineFacts } from './machine.ts'
import type { Round } from './results.ts'
import { runWrk, wrkScript } from './wrk.ts'

type Say = (words: string) => void

const root = fileURLToPath(new URL('..', import.meta.url))
const kinds = ['serve', 'api'] as const

/** The whole run, in `folder`. Whatever it starts it has ended when it returns or throws. */
export async function runComparison(
  { other, ...options }: CompareOptions,
  machine: MachineFacts,
  folder: string,
  say: Say,
): Promise<CompareResults> {
  const date = new Date().toISOString()
  const { connections, nodes, rounds, secondsPerRound, seed } = options
  const scriptFile = join(folder, 'random-paths.lua')
  const pathsFile = join(folder, 'paths.txt')
  await writeFile(scriptFile, wrkScript)
  await writeFile(pathsFile, `${bootPaths(nodes).join('\n')}\n`)
  const services: Service[] = []
  try {
    const all: { rounds: ComparedRounds; other: Service; own: Service }[] = []
    for (const kind of kinds) {
      const start = async (checkout: string, side: string) => {
        say(`starting ${kind} of ${checkout}`)
        const own = join(folder, `${side}-${kind}`)
        await mkdir(own)
        const service = await startCheckout(kind, checkout, own, { nodes, seed })
        services.push(service)
        return service
      }
      const found = { other: await start(resolve(other), 'other'), own: await start(root, 'own') }
      all.push({ rounds: { kind, other: [], own: [] }, ...found })
    }
    const measure = async ({ children, url }: Service, seconds: number, round: number): Promise<Round> => {
      const used = () => children.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0)
      const before = used()
      const result = await runWrk({ url, pathsFile, scriptFile, connections, seconds, seed: seed + round })
      return { ...result, cpuMicrosecondsPerRequest: ((used() - before) * 1e6) / result.requests }
    }
    say('warming up')
    for (const service of services) await measure(service, 2, 0)
    for (let round = 1; round <= rounds; round += 1) {
      for (const one of all) {
        // Each is the first of the two as often as the other.
        const sides = round % 2 === 1 ? (['other', 'own'] as const) : (['own', 'other'] as const)
        for (const side of sides) one.rounds[side].push(await measure(one[side], secondsPerRound, round))
      }
      say(`round ${round} of ${rounds}`)
    }
    const comparisons = all.map((one) => compared(one.rounds))
    return { date, options, machine, own: commitOf(root), other: commitOf(other), comparisons }
  } finally {
    await Promise.all(services.flatMap(({ children }) => children.map((child) => child.end())))
  }
}

/** Each checkout makes its own database, by its own migrations. */
async function startCheckout(
  kind: (typeof kinds)[number],
  checkout: string,
  folder: string,
  { nodes, seed }: { nodes: number; seed: number },
): Promise<Service> {
  const url = `sqlite:///${join(folder, 'bootring.sqlite')}`
  const module: { openDatabase: typeof openDatabase } = await import(
    pathToFileURL(join(checkout, 'src/db/open-database.ts')).href
  )
  await loadFleet(url, makeFleet(nodes, seed), module.openDatabase)
  const installation = await writeInstallation(folder, url)
  return await startService(kind, kind, { ...installation, launcher: join(checkout, 'bin/bootring') })
}

function commitOf(checkout: string): string {
  return execFileSync('git', ['-C', checkout, 'describe', '--always', '--dirty', '--abbrev=7'], {
    encoding: 'utf8',
  }).trim()
}
