import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { cpuSecondsOf } from './cpu-time.ts'
import { bootPaths } from './fleet.ts'
import type { Service } from './instance.ts'
import type { Round } from './results.ts'
import { runWrk, wrkScript } from './wrk.ts'

export interface LoadOptions {
  nodes: number
  connections: number
  seed: number
  /** After each round, for what a service has still to do: it must not take the processor from the other one. Default: 0. */
  pauseSeconds?: number
}

/** Asks a service for boot scripts, drawn at random by the seed and the number of the round, for some seconds. */
export type RoundMeter = (service: Service, seconds: number, round: number) => Promise<Round>

/** `folder` is for the load generator's files. */
export async function roundMeter(options: LoadOptions, folder: string): Promise<RoundMeter> {
  const { connections, nodes, pauseSeconds = 0, seed } = options
  const scriptFile = join(folder, 'random-paths.lua')
  const pathsFile = join(folder, 'paths.txt')
  await writeFile(scriptFile, wrkScript)
  await writeFile(pathsFile, `${bootPaths(nodes).join('\n')}\n`)
  return async ({ children, url }, seconds, round) => {
    const used = () => children.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0)
    const before = used()
    const result = await runWrk({ url, pathsFile, scriptFile, connections, seconds, seed: seed + round })
    await setTimeout(pauseSeconds * 1000)
    return { ...result, cpuMicrosecondsPerRequest: ((used() - before) * 1e6) / result.requests }
  }
}
