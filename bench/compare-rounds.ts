import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ComparedRounds } from './compare-results.ts'
import { cpuSecondsOf } from './cpu-time.ts'
import { bootPaths } from './fleet.ts'
import type { Service } from './instance.ts'
import type { Round } from './results.ts'
import { runWrk, wrkScript } from './wrk.ts'

/** Two that run at the same time, of which one is measured after the other. */
export interface ComparedPair {
  kind: ComparedRounds['kind']
  other: Service
  own: Service
}

export interface RoundOptions {
  nodes: number
  rounds: number
  secondsPerRound: number
  connections: number
  seed: number
  /** After each round, for what a service has still to do: it must not take the processor from the other one. Default: 0. */
  pauseSeconds?: number
}

/** Has the load generator ask each in turn, the two of a pair right after each other. `folder` is for its files. */
export async function interleavedRounds(
  pairs: readonly ComparedPair[],
  { connections, nodes, pauseSeconds = 0, rounds, secondsPerRound, seed }: RoundOptions,
  folder: string,
  say: (words: string) => void,
): Promise<ComparedRounds[]> {
  const scriptFile = join(folder, 'random-paths.lua')
  const pathsFile = join(folder, 'paths.txt')
  await writeFile(scriptFile, wrkScript)
  await writeFile(pathsFile, `${bootPaths(nodes).join('\n')}\n`)
  const measure = async ({ children, url }: Service, seconds: number, round: number): Promise<Round> => {
    const used = () => children.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0)
    const before = used()
    const result = await runWrk({ url, pathsFile, scriptFile, connections, seconds, seed: seed + round })
    await setTimeout(pauseSeconds * 1000)
    return { ...result, cpuMicrosecondsPerRequest: ((used() - before) * 1e6) / result.requests }
  }
  say('warming up')
  for (const { other, own } of pairs) {
    await measure(other, 2, 0)
    await measure(own, 2, 0)
  }
  const all = pairs.map((pair) => ({ pair, found: { kind: pair.kind, other: [], own: [] } as ComparedRounds }))
  for (let round = 1; round <= rounds; round += 1) {
    for (const { found, pair } of all) {
      // Each is the first of the two as often as the other.
      const sides = round % 2 === 1 ? (['other', 'own'] as const) : (['own', 'other'] as const)
      for (const side of sides) found[side].push(await measure(pair[side], secondsPerRound, round))
    }
    say(`round ${round} of ${rounds}`)
  }
  return all.map(({ found }) => found)
}
