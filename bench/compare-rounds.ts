import type { ComparedRounds } from './compare-results.ts'
import type { Service } from './instance.ts'
import { type LoadOptions, roundMeter } from './round-meter.ts'

/** Two that run at the same time, of which one is measured after the other. */
export interface ComparedPair {
  kind: ComparedRounds['kind']
  other: Service
  own: Service
}

export interface RoundOptions extends LoadOptions {
  rounds: number
  secondsPerRound: number
}

/** Has the load generator ask each in turn, the two of a pair right after each other. `folder` is for its files. */
export async function interleavedRounds(
  pairs: readonly ComparedPair[],
  { connections, nodes, pauseSeconds = 0, rounds, secondsPerRound, seed }: RoundOptions,
  folder: string,
  say: (words: string) => void,
): Promise<ComparedRounds[]> {
  const measure = await roundMeter({ connections, nodes, pauseSeconds, seed }, folder)
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
