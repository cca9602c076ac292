import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { openDatabase } from '../src/db/open-database.ts'
import type { CompareOptions } from './compare-options.ts'
import { type CompareResults, compared } from './compare-results.ts'
import { type ComparedPair, interleavedRounds } from './compare-rounds.ts'
import { loadFleet, makeFleet } from './fleet.ts'
import { type Service, startService, writeInstallation } from './instance.ts'
import type { MachineFacts } from './machine.ts'

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
  const { nodes, seed } = options
  const services: Service[] = []
  try {
    const pairs: ComparedPair[] = []
    for (const kind of kinds) {
      const start = async (checkout: string, side: string) => {
        say(`starting ${kind} of ${checkout}`)
        const own = join(folder, `${side}-${kind}`)
        await mkdir(own)
        const service = await startCheckout(kind, checkout, own, { nodes, seed })
        services.push(service)
        return service
      }
      pairs.push({ kind, other: await start(resolve(other), 'other'), own: await start(root, 'own') })
    }
    const comparisons = (await interleavedRounds(pairs, options, folder, say)).map(compared)
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
