import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BootringProcess, bootring } from './bootring-process.ts'
import { freePorts } from './free-ports.ts'

/** In the order of the fleet's nodes, again and again. */
const states = [
  'wait call-back',
  'active',
  'active',
  'available',
  'clean wait',
  'active',
  'deploy failed',
  'inspect wait',
]

export interface SiteNode {
  name: string
  uuid: string
  mac: string
  state: string
}

/** That many nodes in all sorts of states. `series` keeps fleets apart. */
export function siteNodes(count: number, series = 0): SiteNode[] {
  const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0')
  return Array.from({ length: count }, (_, index) => ({
    name: `rack${series * 1000 + Math.floor(index / 20) + 1}-n${String((index % 20) + 1).padStart(2, '0')}`,
    // Spread over the ring as random ones are.
    uuid: `${hex((index * 2654435761) % 2 ** 32, 8)}-0000-4000-8000-${hex(series, 4)}${hex(index, 8)}`,
    mac: `52:54:${hex(series, 2)}:${hex(index >> 16, 2)}:${hex((index >> 8) & 255, 2)}:${hex(index & 255, 2)}`,
    state: states[index % states.length] ?? 'active',
  }))
}

/** `bootring serve` and two more conductors on loopback, with a fleet whose machines are played by plain requests. */
export class DashboardSite {
  readonly folder = mkdtempSync(join(tmpdir(), 'bootring-dashboard-'))
  readonly conductors: { process: BootringProcess; hostname: string }[] = []
  #server: BootringProcess | undefined
  #env: Record<string, string> = {}
  #apiPort = 0
  #adminPort = 0

  /** `more`: further settings, as in the environment. */
  static async start(more: Record<string, string> = {}): Promise<DashboardSite> {
    const site = new DashboardSite()
    try {
      await site.#start(more)
      return site
    } catch (error) {
      await site.close()
      throw error
    }
  }

  /** The API's root. */
  get root(): string {
    return `http://127.0.0.1:${this.#apiPort}`
  }

  get server(): BootringProcess {
    if (this.#server === undefined) throw new Error('it has not started')
    return this.#server
  }

  async #start(more: Record<string, string>): Promise<void> {
    const { folder } = this
    for (const name of ['kernel', 'ramdisk']) writeFileSync(join(folder, name), name.repeat(20_000))
    const [api, ...ports] = await freePorts(10)
    this.#apiPort = api as number
    const conductorEnv = (name: string) => {
      const [rpc, files, admin] = [ports.pop(), ports.pop(), ports.pop()]
      const httpRoot = join(folder, name)
      mkdirSync(httpRoot)
      return {
        admin: admin as number,
        env: {
          OS_JSON_RPC__PORT: String(rpc),
          OS_DEPLOY__HTTP_URL: `http://127.0.0.1:${files}`,
          OS_DEPLOY__HTTP_ROOT: httpRoot,
          OS_BOOTRING__ADMIN_PORT: String(admin),
          OS_BOOTRING__CONDUCTOR_ADMIN_PORT: String(admin),
        },
      }
    }
    this.#env = {
      OS_DEFAULT__STATE_PATH: folder,
      OS_DEFAULT__MY_IP: '127.0.0.1',
      OS_DEFAULT__HOST: '127.0.0.1',
      OS_DEFAULT__HASH_RING_RESET_INTERVAL: '1',
      OS_DATABASE__CONNECTION: `sqlite:///${join(folder, 'bootring.sqlite')}`,
      OS_API__HOST_IP: '127.0.0.1',
      OS_API__PORT: String(api),
      OS_JSON_RPC__HOST_IP: '127.0.0.1',
      OS_JSON_RPC__AUTH_STRATEGY: 'noauth',
      OS_CONDUCTOR__HEARTBEAT_INTERVAL: '1',
      OS_CONDUCTOR__DEPLOY_KERNEL: `file://${folder}/kernel`,
      OS_CONDUCTOR__DEPLOY_RAMDISK: `file://${folder}/ramdisk`,
      OS_CONDUCTOR__FILE_URL_ALLOWED_PATHS: folder,
      OS_BOOTRING__HTTP_ROOT_IP: '127.0.0.1',
      ...more,
    }
    const own = conductorEnv('serve')
    this.#adminPort = own.admin
    this.#env = { ...this.#env, ...own.env }
    await this.startServer()
    const others = ['second', 'third'].map((name) => conductorEnv(name))
    for (const { env } of others) {
      const process = new BootringProcess(['conductor'], { ...this.#env, ...env })
      this.conductors.push({ process, hostname: `127.0.0.1:${env.OS_JSON_RPC__PORT}` })
    }
    await Promise.all(others.map(({ admin }, index) => this.conductors[index]?.process.ready(admin)))
  }

  /** `more`: settings for this start alone. */
  async startServer(more: Record<string, string> = {}): Promise<void> {
    this.#server = new BootringProcess(['serve'], { ...this.#env, ...more })
    await this.#server.ready(this.#adminPort)
  }

  /** What no interface lets one do. */
  inDatabase(work: (database: DatabaseSync) => void): void {
    const database = new DatabaseSync(join(this.folder, 'bootring.sqlite'), { timeout: 60_000 })
    try {
      database.exec('BEGIN IMMEDIATE')
      work(database)
      database.exec('COMMIT')
    } finally {
      database.close()
    }
  }

  /** Adds a great many nodes, as copies of one that is there: far cheaper than by a fleet file. */
  multiply(original: SiteNode, copies: readonly SiteNode[]): void {
    this.inDatabase((database) => {
      const insert = (table: string, changes: string, from: string) => {
        const changed = changes.split(', ').map((change) => change.split(' AS ')[1])
        const kept = database
          .prepare(`SELECT name FROM pragma_table_info('${table}')`)
          .all()
          .map(({ name }) => String(name))
          .filter((name) => name !== 'id' && !changed.includes(name))
        return database.prepare(
          `INSERT INTO ${table} (${[...kept, ...changed]}) SELECT ${[...kept.map((name) => `t.${name}`), changes]} FROM ${table} t ${from}`,
        )
      }
      const node = insert(
        'nodes',
        ':uuid AS uuid, :name AS name, :state AS provision_state',
        'WHERE t.uuid = :original',
      )
      const port = insert(
        'ports',
        'lower(hex(randomblob(16))) AS uuid, :mac AS address, n.id AS node_id',
        'JOIN nodes n ON n.uuid = :uuid WHERE t.address = :originalMac',
      )
      for (const { mac, name, state, uuid } of copies) {
        node.run({ uuid, name, state, original: original.uuid })
        port.run({ mac, uuid, originalMac: original.mac })
      }
    })
  }

  /** A conductor is killed, and is taken for dead at once: its last heartbeat is made an old one. */
  async killConductor(index: number): Promise<string> {
    const { hostname, process } = this.conductors[index] as (typeof this.conductors)[number]
    await process.end('SIGKILL')
    this.inDatabase((database) => {
      database.prepare('UPDATE conductors SET updated_at = ? WHERE hostname = ?').run('2020-01-01 00:00:00', hostname)
    })
    return hostname
  }

  /** Adds nodes to the fleet. */
  async apply(nodes: readonly SiteNode[]): Promise<void> {
    const file = join(this.folder, 'fleet.yaml')
    const entries = nodes.map(({ mac, name, state, uuid }) => ({
      name,
      uuid,
      driver: 'fake-hardware',
      provision_state: state,
      ports: [{ address: mac, pxe_enabled: true }],
    }))
    writeFileSync(file, JSON.stringify({ nodes: entries }))
    const { code, stderr, stdout } = await bootring(['apply', file], this.#env)
    if (code !== 0) throw new Error(stdout + stderr)
  }

  /** A machine asks for its script. */
  async ask(mac: string, userAgent = 'iPXE/1.21.1'): Promise<Response> {
    return await fetch(`${this.root}/v1/boot/${mac.replaceAll(':', '-')}/boot.ipxe`, {
      headers: { 'User-Agent': userAgent },
    })
  }

  /** A machine boots until its agent has called back. */
  async boot(mac: string): Promise<void> {
    const script = await (await this.ask(mac)).text()
    for (const [url] of script.matchAll(/http:\/\/\S+\/(?:deploy_)?(?:kernel|ramdisk)\b/g)) {
      await (await fetch(url)).arrayBuffer()
    }
    const version = { 'X-OpenStack-Ironic-API-Version': '1.96', 'Content-Type': 'application/json' }
    const found = await fetch(`${this.root}/v1/lookup?addresses=${mac}`, { headers: version })
    if (!found.ok) return
    const { config, node } = (await found.json()) as { node: { uuid: string }; config: { agent_token?: string } }
    await fetch(`${this.root}/v1/heartbeat/${node.uuid}`, {
      method: 'POST',
      headers: version,
      body: JSON.stringify({
        callback_url: 'http://127.0.0.1:9',
        agent_version: '10.0',
        agent_token: config.agent_token ?? null,
      }),
    })
  }

  async close(): Promise<void> {
    const processes = [
      ...this.conductors.map(({ process }) => process),
      ...(this.#server === undefined ? [] : [this.#server]),
    ]
    await Promise.all(processes.map((process) => process.end('SIGKILL')))
    rmSync(this.folder, { recursive: true, force: true })
  }
}
