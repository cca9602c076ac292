import { fileURLToPath } from 'node:url'
import type { Host } from './host.ts'
import type { LabProcess } from './lab-process.ts'

const launcher = fileURLToPath(new URL('../../bin/bootring', import.meta.url))

/** What a long-running command listens on for /readyz by default. */
const adminPorts = { api: 9385, conductor: 9386 }

export interface BootringOptions {
  configFiles: readonly string[]
  /** Where the configuration says another than the default. */
  adminPort?: number
  /** Default: loopback. */
  adminIp?: string
}

/** Starts `bootring api` or `bootring conductor` on a host and waits until it says that it is ready. */
export async function startBootring(
  host: Host,
  command: keyof typeof adminPorts,
  { configFiles, adminPort = adminPorts[command], adminIp = '127.0.0.1' }: BootringOptions,
): Promise<LabProcess> {
  const started = host.spawn([launcher, command, ...withConfigFiles(configFiles)])
  const ready = host.http({ url: `http://${adminIp}:${adminPort}/readyz`, untilStatus: 200, seconds: 120 })
  const failed = started.exited.then(() => {
    throw new Error(`bootring ${command} on ${host.name} ended:\n${started.output}`)
  })
  failed.catch(() => {})
  await Promise.race([ready, failed]).catch((error: Error) => {
    throw new Error(`${error.message}\nIts output:\n${started.output}`)
  })
  return started
}

/** Runs another command on a host to its end: its output. Throws when it fails. */
export async function runBootring(
  host: Host,
  argv: readonly string[],
  configFiles: readonly string[],
): Promise<string> {
  return await host.run([launcher, ...argv, ...withConfigFiles(configFiles)])
}

const withConfigFiles = (files: readonly string[]) => files.flatMap((file) => ['--config-file', file])
