import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AttachedConductor } from '../../src/attached/attached-conductor.ts'
import { type Replication, startReplication } from '../../src/attached/copies/start-replication.ts'
import { IronicFiles } from '../../src/attached/ironic-files.ts'
import type { OwnNames } from '../../src/attached/own-names.ts'
import type { ImageUrlRule } from '../../src/config/image-url-map.ts'
import type { Database } from '../../src/model/stores.ts'
import { FleetRings } from '../../src/ring/fleet-rings.ts'
import type { RpcAuth } from '../../src/rpc/caller-guard.ts'
import { createConductorClient } from '../../src/rpc/client.ts'
import type { ConductorClient } from '../../src/rpc/contract.ts'
import { startRpcServer } from '../../src/rpc/server.ts'
import { recordingLogger } from './recording-logger.ts'

export interface ReplicatingHostOptions {
  database: Database
  /** Holds the host's folders. */
  folder: string
  imageUrlMap?: readonly ImageUrlRule[]
  auth?: RpcAuth
  credentials?: { username: string; password: string }
  /** How many ticks of 0.2 s pass between two looks at all files. */
  ticksOfLook?: number
}

/** Without waiting for what takes seconds in earnest. Files are found by inotify alone, as far as that goes. */
const pace = {
  batchMilliseconds: 50,
  tickMilliseconds: 200,
  firstPauseSeconds: 0.1,
  longestPauseSeconds: 0.3,
  membersSeconds: 0.2,
  sweepSeconds: 0.3,
  diskRetrySeconds: 0.2,
}

const interfaces = [{ hardwareType: 'fake-hardware', interfaceType: 'boot', interfaceName: 'ipxe', isDefault: true }]

/** A host with a conductor of Ironic's, as far as the database and the disk know, and bootring's conductor beside it. */
export class ReplicatingHost {
  readonly httpRoot: string
  readonly tftpRoot: string
  readonly replicaPath: string
  readonly log = recordingLogger()
  /** Calls that this host has made, by method, and the bytes of their results. */
  readonly calls: Record<string, { count: number; bytes: number }> = {}
  #hostname = ''
  #port = 0
  readonly #options: ReplicatingHostOptions
  #heartbeat: NodeJS.Timeout | undefined
  #replication: Replication | undefined
  #conductor: AttachedConductor | undefined
  #close: (() => Promise<void>) | undefined

  constructor(options: ReplicatingHostOptions) {
    this.#options = options
    this.httpRoot = join(options.folder, 'http')
    this.tftpRoot = join(options.folder, 'tftp')
    this.replicaPath = join(options.folder, 'replicas')
    mkdirSync(this.httpRoot, { recursive: true })
    mkdirSync(this.tftpRoot, { recursive: true })
  }

  get hostname(): string {
    return this.#hostname
  }

  async start(): Promise<void> {
    const {
      auth = { strategy: 'noauth' },
      credentials,
      database,
      imageUrlMap = [],
      ticksOfLook = 10_000,
    } = this.#options
    const rings = this.rings()
    const files = new IronicFiles({ httpRoot: this.httpRoot, tftpRoot: this.tftpRoot })
    const client = createConductorClient({ defaultPort: 1, useSsl: false, attemptTimeoutSeconds: 5, credentials })
    const names: Pick<OwnNames, 'registered' | 'sought'> = {
      sought: [],
      registered: async () => (await rings.conductors()).filter(({ hostname }) => hostname === this.#hostname),
    }
    const { log } = this
    const replication = await startReplication({
      files,
      httpRoot: this.httpRoot,
      tftpRoot: this.tftpRoot,
      nodes: database.nodes,
      rings,
      names,
      client: this.#counting(client),
      replicaPath: this.replicaPath,
      imageUrlMap,
      log,
      pace: { ...pace, ticksOfLook },
    })
    const conductor = new AttachedConductor({
      nodes: database.nodes,
      rings,
      names,
      files,
      copies: replication.copies,
      patienceSeconds: 1.5,
    })
    const server = await startRpcServer({
      host: '127.0.0.1',
      port: this.#port,
      handlers: { get_boot_config: conductor.getBootConfig, ...replication.handlers },
      auth,
      logger: log,
      limits: { closeGraceSeconds: 1 },
    })
    this.#port = server.address.port
    this.#hostname = `127.0.0.1:${this.#port}`
    this.#replication = replication
    this.#conductor = conductor
    this.#close = async () => {
      await replication.stop()
      await server.close()
      await client.close()
    }
  }

  /** bootring's conductor goes; Ironic's stays. */
  async stop(): Promise<void> {
    await this.#close?.()
    this.#close = undefined
  }

  /** Ironic's conductor comes, and lives. */
  async register(): Promise<void> {
    const { conductors } = this.#options.database
    const session = await conductors.register(this.#hostname, '', interfaces)
    this.#heartbeat = setInterval(() => void conductors.heartbeat(session).catch(() => undefined), 300)
  }

  /** Ironic's conductor is killed: it stays `online` and is heard of no more. */
  killIronic(): void {
    clearInterval(this.#heartbeat)
  }

  async die(): Promise<void> {
    this.killIronic()
    await this.stop()
  }

  rings(): FleetRings {
    const shape = { algorithm: 'md5', partitionExponent: 5 } as const
    return new FleetRings(this.#options.database.conductors, {
      ...shape,
      resetIntervalSeconds: 0.2,
      heartbeatTimeoutSeconds: 3,
    })
  }

  /** What it answers to an API; the error's code where it has nothing. */
  async answer(nodeUuid: string, name = 'boot.ipxe'): Promise<string> {
    try {
      return (
        (await this.#conductor?.getBootConfig({ node_id: nodeUuid, name }, { requestId: 'req-1' })) ?? 'not started'
      )
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
  }

  /** How many files it lists for others; throws where it does not know yet. */
  async listed(): Promise<number> {
    const { handlers } = this.#replication as Replication
    const list = await handlers.list_boot_files({ epoch: '', since: 0, wait: 0 }, { requestId: 'req-1' })
    return list.files.length
  }

  /** The copy that it would serve. */
  async copy(nodeUuid: string, name = 'boot.ipxe'): Promise<string | undefined> {
    const node = await this.#options.database.nodes.node(nodeUuid)
    return node && (await this.#replication?.copies.copyFor(node, name))
  }

  #counting(client: ConductorClient): ConductorClient {
    return {
      call: async (hostname, method, params, context) => {
        const result = await client.call(hostname, method, params, context)
        const figures = this.calls[method] ?? { count: 0, bytes: 0 }
        figures.count += 1
        figures.bytes += Buffer.byteLength(JSON.stringify(result))
        this.calls[method] = figures
        return result
      },
    }
  }
}
