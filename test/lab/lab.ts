import { type ChildProcess, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Host, type HostAddresses } from './host.ts'
import { LabProcess } from './lab-process.ts'

const folderPrefix = 'bootring-lab-'

/*
 * pid 1 of the lab. It makes the bridge on which all hosts and machines meet, and then waits for the end of its
 * standard input: when the test goes, however it goes, so does everything inside.
 */
const holder = `
set -e
ip link set lo up
ip link add bridge0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
ip link set bridge0 up
mount --bind "$1/hosts" /etc/hosts
echo ready
exec cat
`

/**
 * A network of its own: hosts (network namespaces) and machines (QEMU) on one bridge, in namespaces that share nothing
 * with the machine's own network. All its processes and interfaces die with it.
 */
export class Lab {
  /** A folder that goes with the lab; readable for every user, since some daemons drop their rights. */
  readonly folder: string
  readonly #holder: ChildProcess
  readonly #processes: LabProcess[] = []
  readonly #hosts = new Map<string, Host>()
  #interfaces = 0

  private constructor(folder: string, process: ChildProcess) {
    this.folder = folder
    this.#holder = process
  }

  /** Makes an empty lab. */
  static async open(): Promise<Lab> {
    removeLeftovers()
    const folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`))
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n::1 localhost\n')
    mkdirSync(join(folder, 'namespaces'))
    chmodSync(folder, 0o755)
    const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
    const child = spawn('unshare', [...flags, 'sh', '-c', holder, 'lab', folder], { stdio: ['pipe', 'pipe', 'pipe'] })
    let complaint = ''
    child.stderr.on('data', (text: Buffer) => {
      complaint += text.toString()
    })
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve())
      child.once('error', reject)
      child.once('exit', () => reject(new Error(`the lab's namespaces could not be made: ${complaint}`)))
    })
    return new Lab(folder, child)
  }

  /** A new host on the bridge, with its own network namespace; `name` resolves to its addresses on all hosts. */
  async host(name: string, addresses: HostAddresses): Promise<Host> {
    const namespace = this.#namespace(name)
    const veth = this.#interface('v')
    for (const address of [addresses.ipv4, addresses.ipv6]) {
      if (address !== undefined) appendFileSync(join(this.folder, 'hosts'), `${address} ${name}\n`)
    }
    await this.run(['sh', '-ec', 'touch "$1"; unshare --net="$1" true', 'sh', namespace])
    await this.run(['ip', 'link', 'add', veth, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace])
    await this.run(['ip', 'link', 'set', veth, 'master', 'bridge0', 'up'])
    const host = new Host(this, name, addresses, namespace)
    await host.bringUp()
    this.#hosts.set(name, host)
    return host
  }

  /** A wire that leads from one host to another and nowhere else, with these interfaces at its ends. */
  async wire(one: Host, itsInterface: string, other: Host, othersInterface: string): Promise<void> {
    const peer = ['peer', 'name', othersInterface, 'netns', this.#namespace(other.name)]
    await this.run(['ip', 'link', 'add', itsInterface, 'netns', this.#namespace(one.name), 'type', 'veth', ...peer])
    await one.run(['ip', 'link', 'set', itsInterface, 'up'])
    await other.run(['ip', 'link', 'set', othersInterface, 'up'])
  }

  /** A new tap device on the bridge, for a machine's NIC: its name. */
  async tap(): Promise<string> {
    const tap = this.#interface('t')
    await this.run(['ip', 'tuntap', 'add', tap, 'mode', 'tap'])
    await this.run(['ip', 'link', 'set', tap, 'master', 'bridge0', 'up'])
    return tap
  }

  /** Starts a program in the lab, outside any host unless `networkNamespace` (a file) names one. */
  spawn(name: string, argv: readonly string[], networkNamespace?: string, env?: Record<string, string>): LabProcess {
    const pid = this.#holder.pid
    // Through the holder's root: the namespace's file is mounted nowhere else.
    const net = networkNamespace === undefined ? `/proc/${pid}/ns/net` : `/proc/${pid}/root${networkNamespace}`
    const enter = ['nsenter', `--net=${net}`, `--mount=/proc/${pid}/ns/mnt`, `--pid=/proc/${pid}/ns/pid_for_children`]
    const started = new LabProcess(name, [...enter, '--'], argv, env)
    this.#processes.push(started)
    return started
  }

  /** Runs a program to its end: its output. Throws when it fails. */
  async run(argv: readonly string[], networkNamespace?: string, env?: Record<string, string>): Promise<string> {
    const started = this.spawn(argv.join(' '), argv, networkNamespace, env)
    const code = await started.exited
    this.#processes.splice(this.#processes.indexOf(started), 1)
    if (code !== 0) throw new Error(`${started.name}: exit code ${code}: ${started.output}`)
    return started.output
  }

  /** Ends everything inside and removes the folder. */
  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#holder.once('exit', resolve))
    this.#holder.stdin?.end()
    if (this.#holder.exitCode === null) await gone
    await Promise.all(this.#processes.map((started) => started.exited))
    rmSync(this.folder, { recursive: true, force: true })
  }

  #namespace(hostName: string): string {
    return join(this.folder, 'namespaces', hostName)
  }

  #interface(prefix: string): string {
    this.#interfaces += 1
    return `${prefix}${this.#interfaces}`
  }
}

/** Folders of labs whose test process was killed: their processes and interfaces are gone already. */
function removeLeftovers(): void {
  for (const entry of readdirSync(tmpdir())) {
    const pid = entry.startsWith(folderPrefix) ? Number.parseInt(entry.slice(folderPrefix.length), 10) : Number.NaN
    if (!Number.isNaN(pid) && !existsSync(`/proc/${pid}`)) rmSync(join(tmpdir(), entry), { recursive: true })
  }
}
