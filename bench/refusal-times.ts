import { bootPath, macOf, unknownMac, wrongStateNode } from './fleet.ts'
import { KeptConnection } from './kept-connection.ts'
import { randomFrom } from './random.ts'
import { kolmogorovSmirnov, mannWhitney, mean, median, type TwoSampleTest } from './statistics.ts'

/** One sort of refusal, timed again and again, in microseconds. */
export interface RefusalSample {
  median: number
  mean: number
}

/** Whether refusals for an unknown address and for a node that may not boot can be told apart by their times. */
export interface RefusalTimes {
  requestsEach: number
  unknown: RefusalSample
  wrongState: RefusalSample
  mannWhitney: TwoSampleTest
  kolmogorovSmirnov: TwoSampleTest
}

/** Asks for both in pairs, in random order within each pair, over one kept connection. */
export async function measureRefusalTimes(url: string, requestsEach: number, seed: number): Promise<RefusalTimes> {
  const random = randomFrom(seed)
  const connection = await KeptConnection.open(url)
  const unknown: number[] = []
  const wrongState: number[] = []
  const sorts = [
    { path: bootPath(unknownMac), times: unknown },
    { path: bootPath(macOf(wrongStateNode)), times: wrongState },
  ]
  try {
    for (const { path } of sorts) await connection.get(path)
    for (let i = 0; i < requestsEach; i += 1) {
      const pair = random() < 0.5 ? sorts : sorts.toReversed()
      for (const { path, times } of pair) {
        const startedAt = process.hrtime.bigint()
        const status = await connection.get(path)
        times.push(Number(process.hrtime.bigint() - startedAt) / 1000)
        if (status !== 404) throw new Error(`${path} was answered ${status}, not 404`)
      }
    }
  } finally {
    connection.close()
  }
  return {
    requestsEach,
    unknown: { median: median(unknown), mean: mean(unknown) },
    wrongState: { median: median(wrongState), mean: mean(wrongState) },
    mannWhitney: mannWhitney(unknown, wrongState),
    kolmogorovSmirnov: kolmogorovSmirnov(unknown, wrongState),
  }
}
