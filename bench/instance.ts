import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../src/commands/demo/free-ports.ts'
import { Child } from './child.ts'
import { fetchText } from './fetch-text.ts'
import { bootPath, macOf } from './fleet.ts'

/** Of this checkout. */
export const launcher = fileURLToPath(new URL('../bin/bootring', import.meta.url))

/** What a conductor logs once its boot files are all written. */
const inLine = 'boot files are in line'
const startTimeoutSeconds = 60
const bootFilesTimeoutSeconds = 300

/** A configured installation on loopback, not running yet. */
export interface Installation {
  configFile: string
  apiUrl: string
  fileUrl: string
  /** The program that runs it. */
  launcher: string
}

/** Else one installation would walk its fleet while another one is being measured. */
const restfulConductor: readonly string[] = ['sync_local_state_interval = 0']

/** Writes the configuration of one API and one conductor, which `serve` is as well. */
export async function writeInstallation(
  folder: string,
  databaseUrl: string,
  conductorLines = restfulConductor,
): Promise<Installation> {
  const [api, rpc, files, admin, conductorAdmin] = (await freePorts(5)) as [number, number, number, number, number]
  const images = join(folder, 'images')
  await mkdir(images, { recursive: true })
  await writeFile(join(images, 'kernel'), 'a small kernel\n')
  await writeFile(join(images, 'ramdisk'), 'a small ramdisk\n')
  const configFile = join(folder, 'bootring.conf')
  const lines = [
    '[DEFAULT]',
    'host = 127.0.0.1',
    'my_ip = 127.0.0.1',
    `state_path = ${folder}`,
    '[database]',
    `connection = ${databaseUrl}`,
    '[api]',
    'host_ip = 127.0.0.1',
    `port = ${api}`,
    '[json_rpc]',
    'host_ip = 127.0.0.1',
    `port = ${rpc}`,
    'auth_strategy = noauth',
    '[conductor]',
    `deploy_kernel = file://${join(images, 'kernel')}`,
    `deploy_ramdisk = file://${join(images, 'ramdisk')}`,
    `file_url_allowed_paths = ${images}`,
    ...conductorLines,
    '[deploy]',
    `http_url = http://127.0.0.1:${files}`,
    `http_root = ${join(folder, 'httpboot')}`,
    '[bootring]',
    `admin_port = ${admin}`,
    `conductor_admin_port = ${conductorAdmin}`,
    'log_format = json',
  ]
  await writeFile(configFile, `${lines.join('\n')}\n`)
  return { configFile, apiUrl: `http://127.0.0.1:${api}`, fileUrl: `http://127.0.0.1:${files}`, launcher }
}

/** One of bootring's processes, started as an operator does. `nodeOptions`: e.g. for a profile. */
export function startBootring(
  name: string,
  command: 'serve' | 'api' | 'conductor',
  { configFile, launcher: program }: Installation,
  nodeOptions: readonly string[] = [],
): Child {
  const env = nodeOptions.length === 0 ? {} : { NODE_OPTIONS: nodeOptions.join(' ') }
  return new Child(name, program, [command, '--config-file', configFile], { env, listenFor: [inLine] })
}

/** Running processes that together answer boot requests. */
export interface Service {
  url: string
  /** The API comes first. */
  children: Child[]
  /** Seconds that the conductor took to write its boot files; undefined where it did not get there in time. */
  bootFilesSeconds: number | undefined
  /** What the first node is given. */
  script: string
}

/** Starts `serve`, or a conductor and an API, and waits until all boot files are written. */
export async function startService(
  name: string,
  kind: 'serve' | 'api',
  installation: Installation,
  nodeOptions: readonly string[] = [],
): Promise<Service> {
  const children: Child[] = []
  try {
    const startedAt = performance.now()
    const conductor = startBootring(
      `${name}, ${kind === 'serve' ? 'serve' : 'conductor'}`,
      kind === 'serve' ? 'serve' : 'conductor',
      installation,
      nodeOptions,
    )
    children.push(conductor)
    const written = await conductor.untilSaid(inLine, bootFilesTimeoutSeconds)
    const bootFilesSeconds = written ? (performance.now() - startedAt) / 1000 : undefined
    if (kind === 'api') children.unshift(startBootring(`${name}, api`, 'api', installation, nodeOptions))
    const url = `${installation.apiUrl}${bootPath(macOf(1))}`
    const script = await (children[0] as Child).until(() => fetchText(url), startTimeoutSeconds)
    return { url: installation.apiUrl, children, bootFilesSeconds, script }
  } catch (error) {
    await Promise.all(children.map((child) => child.end()))
    throw error
  }
}
