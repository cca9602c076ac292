/*
 * sampler.ts URLS: asks each of the /metrics of the JSON list URLS ([name, url] each) every two seconds, from "go" on its
 * standard input on, and prints one Sample (../sample.ts) as JSON a line. A process that does not answer has no sample.
 */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sample } from '../sample.ts'

const targets = JSON.parse(process.argv[2] ?? '[]') as [string, string][]

async function sample(name: string, url: string, zero: number): Promise<Sample | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_500) })
    const text = await answer.text()
    const value = (metric: string) => Number(new RegExp(`^${metric} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
    return {
      atMs: Math.round(performance.now() - zero),
      process: name,
      residentBytes: value('process_resident_memory_bytes'),
      heapBytes: value('nodejs_heap_size_used_bytes'),
      handles: value('nodejs_active_handles_total'),
      openFiles: value('process_open_fds'),
      eventLoopDelayMs: value('nodejs_eventloop_lag_p99_seconds') * 1000,
      cpuSeconds: value('process_cpu_seconds_total'),
    }
  } catch {
    return undefined
  }
}

process.stdout.write('ready\n')
await once(process.stdin, 'data')
const zero = performance.now()
for (let round = 1; ; round++) {
  for (const found of await Promise.all(targets.map(([name, url]) => sample(name, url, zero)))) {
    if (found !== undefined) process.stdout.write(`${JSON.stringify(found)}\n`)
  }
  await sleep(Math.max(0, round * 2_000 - (performance.now() - zero)))
}
