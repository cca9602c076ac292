import { fileURLToPath } from 'node:url'
import type { LabProcess } from './lab-process.ts'

/** One at least. */
export interface HostAddresses {
  /** In 10.77.0.0/24. */
  ipv4?: string
  /** In fd77::/64. */
  ipv6?: string
}

/** The part of the lab that a host uses. */
interface Spawner {
  readonly folder: string
  spawn(name: string, argv: readonly string[], networkNamespace: string, env?: Record<string, string>): LabProcess
  run(argv: readonly string[], networkNamespace: string, env?: Record<string, string>): Promise<string>
}

/** What a host answered to an HTTP request made from it. */
export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

export interface HttpQuestion {
  url: string
  method?: string
  /** PEM file of the CA that an https server is checked against. */
  caFile?: string
  /** Ask again until this status comes. */
  untilStatus?: number
  /** How long that may take. Default: 20. */
  seconds?: number
}

const vlanProgram = fileURLToPath(new URL('inside/vlan-interface.py', import.meta.url))
const httpClient = fileURLToPath(new URL('inside/http-client.ts', import.meta.url))

/** A server of the lab: a network namespace with one NIC, eth0, on the bridge. The files are those of the real machine. */
export class Host {
  readonly name: string
  /** The address that others reach it at: IPv4 where it has both. */
  readonly ip: string
  readonly #addresses: HostAddresses
  readonly #lab: Spawner
  readonly #namespace: string

  constructor(lab: Spawner, name: string, addresses: HostAddresses, namespace: string) {
    this.name = name
    this.ip = addresses.ipv4 ?? addresses.ipv6 ?? ''
    this.#addresses = addresses
    this.#lab = lab
    this.#namespace = namespace
  }

  /** `ip` as URLs have it. */
  get urlHost(): string {
    return this.ip.includes(':') ? `[${this.ip}]` : this.ip
  }

  /** A folder for everybody's files; see `Lab.folder`. */
  get folder(): string {
    return this.#lab.folder
  }

  /** Starts a program on this host. */
  spawn(argv: readonly string[], env?: Record<string, string>): LabProcess {
    return this.#lab.spawn(`${argv[0]} on ${this.name}`, argv, this.#namespace, env)
  }

  /** Runs a program on this host to its end: its output. Throws when it fails. */
  async run(argv: readonly string[], env?: Record<string, string>): Promise<string> {
    return await this.#lab.run(argv, this.#namespace, env)
  }

  /** Makes an HTTP request from this host. */
  async http(question: HttpQuestion): Promise<HttpAnswer> {
    return JSON.parse(await this.run([process.execPath, httpClient, JSON.stringify(question)])) as HttpAnswer
  }

  /** Makes eth0.`id`, by which the host is in a VLAN of the bridge. It lasts as long as the lab. */
  async vlan(id: number): Promise<void> {
    await this.spawn(['python3', vlanProgram, 'eth0', String(id)]).untilOutput('ready', 30)
  }

  /** Gives the NIC its addresses. Router advertisements are for machines, not for servers. */
  async bringUp(): Promise<void> {
    const { ipv4, ipv6 } = this.#addresses
    const commands = ['echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_ra', 'ip link set lo up', 'ip link set eth0 up']
    if (ipv4 !== undefined) commands.push(`ip addr add ${ipv4}/24 dev eth0`)
    if (ipv6 !== undefined) commands.push(`ip -6 addr add ${ipv6}/64 dev eth0 nodad`)
    await this.run(['sh', '-ec', commands.join('\n')])
  }
}
