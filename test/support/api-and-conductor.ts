import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/db/open-database.ts'
import type { FleetNode } from '../../src/model/stores.ts'
import { BootringProcess } from './bootring-process.ts'
import { fleetNode, mac } from './fleet-node.ts'
import { freePorts } from './free-ports.ts'

/** The node of `mac(1)`, whose machine may boot. */
export const bootingNode: FleetNode = fleetNode({
  uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123',
  name: 'rack1-n1',
  provisionState: 'wait call-back',
  ports: [{ address: mac(1), pxeEnabled: true }],
})

/** An API and a conductor, each a process of its own, on loopback with a file of SQLite. */
export class ApiAndConductor {
  readonly api: BootringProcess
  readonly conductor: BootringProcess
  readonly url: string
  /** The options of both, for further commands. */
  readonly env: Readonly<Record<string, string>>
  readonly #folder: string
  readonly #ports: readonly number[]

  private constructor(folder: string, ports: readonly number[], env: Record<string, string>) {
    this.#folder = folder
    this.#ports = ports
    this.env = env
    this.api = new BootringProcess(['api'], env)
    this.conductor = new BootringProcess(['conductor'], env)
    this.url = `http://127.0.0.1:${ports[0]}`
  }

  /** Resolves when both are ready. */
  static async start(env: Record<string, string> = {}): Promise<ApiAndConductor> {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-two-'))
    const ports = (await freePorts(5)) as [number, number, number, number, number]
    const [api, rpc, files, apiAdmin, conductorAdmin] = ports
    const url = `sqlite:///${join(folder, 'db.sqlite')}`
    for (const name of ['kernel', 'ramdisk']) writeFileSync(join(folder, name), `${name}\n`)
    const database = await openDatabase(url, { maxPoolSize: 1, poolTimeoutSeconds: 10 })
    await database.upgrade()
    await database.fleet.apply([bootingNode], { prune: false, dryRun: false })
    await database.close()
    const running = new ApiAndConductor(folder, ports, {
      OS_DATABASE__CONNECTION: url,
      OS_DEFAULT__HOST: '127.0.0.1',
      OS_DEFAULT__MY_IP: '127.0.0.1',
      OS_DEFAULT__STATE_PATH: folder,
      OS_API__HOST_IP: '127.0.0.1',
      OS_API__PORT: String(api),
      OS_JSON_RPC__HOST_IP: '127.0.0.1',
      OS_JSON_RPC__PORT: String(rpc),
      OS_DEPLOY__HTTP_URL: `http://127.0.0.1:${files}`,
      OS_DEPLOY__HTTP_ROOT: join(folder, 'httpboot'),
      OS_CONDUCTOR__DEPLOY_KERNEL: `file://${folder}/kernel`,
      OS_CONDUCTOR__DEPLOY_RAMDISK: `file://${folder}/ramdisk`,
      OS_CONDUCTOR__FILE_URL_ALLOWED_PATHS: folder,
      OS_BOOTRING__ADMIN_PORT: String(apiAdmin),
      OS_BOOTRING__CONDUCTOR_ADMIN_PORT: String(conductorAdmin),
      OS_BOOTRING__LOG_FORMAT: 'json',
      ...env,
    })
    try {
      await Promise.all([running.api.ready(apiAdmin), running.conductor.ready(conductorAdmin)])
    } catch (error) {
      await running.stop()
      throw error
    }
    return running
  }

  /** What a machine with this number gets. */
  boot(number: number): Promise<Response> {
    return fetch(`${this.url}/v1/boot/${mac(number)}/boot.ipxe`)
  }

  async metrics(of: 'api' | 'conductor'): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.#ports[of === 'api' ? 3 : 4]}/metrics`)).text()
  }

  /** URL of the database in which both keep boot events. */
  get eventsUrl(): string {
    return `sqlite:///${join(this.#folder, 'db-events.sqlite')}`
  }

  /** A file of the conductor's file server. */
  file(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#ports[2]}/${path}`)
  }

  /** Takes a file away from the conductor's disk. */
  forget(path: string): void {
    rmSync(join(this.#folder, 'httpboot', path))
  }

  async stop(): Promise<void> {
    await Promise.all([this.api.end('SIGKILL'), this.conductor.end('SIGKILL')])
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The lines that a process has logged as JSON so far. */
export function logLines(process: Pick<BootringProcess, 'output'>): Record<string, unknown>[] {
  return process.output.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return []
    try {
      return [JSON.parse(line) as Record<string, unknown>]
    } catch {
      // Not written to its end yet.
      return []
    }
  })
}
