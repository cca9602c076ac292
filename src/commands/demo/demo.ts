import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { parseFleet } from '../../fleet/parse-fleet.ts'
import { addExamples } from '../examples.ts'
import { Child } from './child.ts'
import { type DemoApi, type DemoConductor, type DemoInstallation, writeInstallation } from './installation.ts'
import { bootMachine } from './machine.ts'
import { type DemoNode, fetchScripts, nodesOf } from './scripts.ts'

const exampleFleet = fileURLToPath(new URL('../../../examples/fleet.yaml', import.meta.url))
const startTimeoutSeconds = 30
const machineTimeoutSeconds = 40

interface DemoOptions {
  vmKernel?: string
  vmInitrd?: string
  keep?: boolean
}

/** `bootring demo`: the whole boot path on loopback, with one conductor killed on the way. */
export function demoCommand(): Command {
  const command = addExamples(new Command('demo'), {
    'bootring demo': 'what a dead conductor costs: nothing; it takes some seconds',
    'bootring demo --vm-kernel vmlinuz --vm-initrd initrd.gz --keep': 'with a virtual machine, and keep the files',
  })
  return command
    .description('show the boot path on loopback: two APIs, three conductors, 20 nodes, one SIGKILL, one machine')
    .option('--vm-kernel <file>', 'Linux kernel that the virtual machine boots')
    .option('--vm-initrd <file>', 'its ramdisk, which reports back to the URL after lab.cb= on the kernel command line')
    .option('--keep', 'leave the demonstration’s folder in place')
    .action(async (options: DemoOptions) => {
      const demo = new Demo(options)
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => demo.abort(signal))
      process.exitCode = (await demo.run()) ? 0 : 1
    })
}

class Demo {
  readonly #options: DemoOptions
  readonly #folder = mkdtempSync(join(tmpdir(), 'bootring-demo-'))
  readonly #children: Child[] = []
  readonly #started = performance.now()
  #failures = 0

  constructor(options: DemoOptions) {
    this.#options = options
  }

  /** True when everything that was shown was as it should be. */
  async run(): Promise<boolean> {
    try {
      const machine = this.#machineImages()
      const images = machine.images ?? this.#placeholderImages()
      const installation = await writeInstallation(this.#folder, images)
      this.#step('Two API instances and three conductors on one SQLite file')
      const conductors = await this.#start(installation)
      this.#step('Apply examples/fleet.yaml')
      const applied = await this.#run('apply', ['apply', exampleFleet, '--config-file', installation.commonFile])
      this.#say(`  ${applied.split('\n').at(-1)}`)
      const ring = await this.#run('ring', ['ring', '--json', '--config-file', installation.commonFile])
      const nodes = nodesOf(parseFleet(readFileSync(exampleFleet, 'utf8'), exampleFleet), ring)
      this.#step(`Ask both APIs for the script of each of the ${nodes.length} nodes: it comes from the node's owner`)
      await this.#checkScripts(installation, nodes)
      const victim = busiest(installation.conductors, nodes)
      const orphans = nodes.filter((node) => node.owner === victim.hostname)
      this.#step(`SIGKILL ${victim.hostname}, the owner of ${orphans.length} nodes; they still get their scripts`)
      await (conductors.get(victim) as Child).end('SIGKILL')
      await this.#checkScripts(installation, orphans, victim)
      this.#step('Boot a virtual machine with real iPXE firmware: one of the nodes whose owner is dead')
      if (machine.images) await this.#bootMachine(installation, orphans[0] ?? (nodes[0] as DemoNode), victim)
      else this.#say(`  skipped: ${machine.missing}`)
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error))
    } finally {
      await this.#end()
    }
    return this.#failures === 0
  }

  /** For a signal in the middle: takes everything down, and leaves as the signal would. */
  abort(signal: 'SIGINT' | 'SIGTERM'): void {
    void this.#end().finally(() => process.kill(process.pid, signal))
  }

  #machineImages(): { images?: { kernel: string; ramdisk: string }; missing?: string } {
    const { vmKernel, vmInitrd } = this.#options
    if (!vmKernel || !vmInitrd) return { missing: '--vm-kernel and --vm-initrd were not given' }
    const missing = [vmKernel, vmInitrd].find((file) => !existsSync(file))
    if (missing) return { missing: `${missing} is not there (make setup makes it, as root)` }
    const folders = (process.env.PATH ?? '').split(':')
    if (!folders.some((folder) => existsSync(join(folder, 'qemu-system-x86_64')))) {
      return { missing: 'qemu-system-x86_64 is not installed' }
    }
    return { images: { kernel: resolve(vmKernel), ramdisk: resolve(vmInitrd) } }
  }

  #placeholderImages(): { kernel: string; ramdisk: string } {
    const images = { kernel: join(this.#folder, 'kernel'), ramdisk: join(this.#folder, 'ramdisk') }
    writeFileSync(images.kernel, 'stands in for a kernel\n')
    writeFileSync(images.ramdisk, 'stands in for a ramdisk\n')
    return images
  }

  async #start(installation: DemoInstallation): Promise<Map<DemoConductor, Child>> {
    await this.#run('db upgrade', ['db', 'upgrade', '--config-file', installation.commonFile])
    const files = ({ configFiles }: DemoApi | DemoConductor) => configFiles.flatMap((file) => ['--config-file', file])
    const conductors = new Map(
      installation.conductors.map((conductor, index) => [
        conductor,
        this.#child(`conductor-${index + 1}`, ['conductor', ...files(conductor)]),
      ]),
    )
    for (const [index, api] of installation.apis.entries()) this.#child(`api-${index + 1}`, ['api', ...files(api)])
    for (const { adminPort } of [...installation.conductors, ...installation.apis]) await this.#ready(adminPort)
    for (const { hostname, httpUrl } of installation.conductors)
      this.#say(`  conductor ${hostname}, files at ${httpUrl}`)
    for (const { port } of installation.apis) this.#say(`  API http://127.0.0.1:${port}`)
    return conductors
  }

  /** Each node's script through each API; checks that it names the right conductor's files. */
  async #checkScripts(installation: DemoInstallation, nodes: DemoNode[], dead?: DemoConductor): Promise<void> {
    const answers = await fetchScripts(installation.apis, nodes)
    const alive = installation.conductors.filter((conductor) => conductor !== dead)
    for (const { node, api, status, script, milliseconds } of answers) {
      const expected = dead ? alive : alive.filter(({ hostname }) => hostname === node.owner)
      const from = expected.find(({ httpUrl }) => script.includes(httpUrl))
      if (status === 200 && from) continue
      this.#fail(`${node.name} through API ${api.port}: ${status} after ${milliseconds.toFixed(0)} ms, not its script`)
    }
    for (const conductor of alive) {
      const served = answers.filter(({ script }) => script.includes(conductor.httpUrl)).length
      this.#say(`  ${String(served).padStart(2)} of ${answers.length} scripts from ${conductor.hostname}`)
    }
    const slowest = Math.max(...answers.map(({ milliseconds }) => milliseconds))
    this.#say(`  slowest answer ${slowest.toFixed(0)} ms`)
  }

  async #bootMachine(installation: DemoInstallation, node: DemoNode, victim: DemoConductor): Promise<void> {
    const host = installation.conductors.find((conductor) => conductor !== victim) as DemoConductor
    this.#say(`  ${node.name}, MAC ${node.mac}, root script from ${host.hostname}`)
    const { report, seconds } = await bootMachine({
      mac: node.mac,
      rootScriptUrl: `${host.httpUrl}/boot.ipxe`,
      callbackPort: installation.callbackPort,
      timeoutSeconds: machineTimeoutSeconds,
      onConsoleLine: (line) => this.#say(`  │ ${line}`),
    })
    if (report?.includes(node.mac))
      this.#say(`  Linux reported back after ${seconds.toFixed(1)} s: ${report.slice(0, 200)}`)
    else this.#fail(`the machine did not report back within ${machineTimeoutSeconds} s`)
  }

  #child(name: string, args: string[]): Child {
    const child = new Child(name, args, join(this.#folder, `${name}.log`))
    this.#children.push(child)
    return child
  }

  /** Runs one command to its end, and answers what it printed. */
  async #run(name: string, args: string[]): Promise<string> {
    const child = this.#child(name.replaceAll(' ', '-'), args)
    const code = await child.exit()
    const output = child.output()
    if (code !== 0) throw new Error(`bootring ${name} failed:\n${output}`)
    return output.trimEnd()
  }

  async #ready(adminPort: number): Promise<void> {
    const until = performance.now() + startTimeoutSeconds * 1000
    while (performance.now() < until) {
      const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined)
      if (response?.ok) return
      await pause(50)
    }
    const dead = this.#children.find((child) => !child.running && child.output().includes('rror'))
    throw new Error(`not ready after ${startTimeoutSeconds} s; see ${dead?.logFile ?? this.#folder}`)
  }

  async #end(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.end('SIGTERM')))
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1)
    if (this.#failures > 0 || this.#options.keep) this.#say(`\nLogs and configuration: ${this.#folder}`)
    else rmSync(this.#folder, { recursive: true, force: true })
    this.#say(`\n${this.#failures === 0 ? 'All as it should be' : `${this.#failures} failures`}, in ${seconds} s.`)
  }

  #step(title: string): void {
    this.#say(`\n${title}`)
  }

  #fail(message: string): void {
    this.#failures += 1
    this.#say(`  FAILED: ${message}`)
  }

  #say(text: string): void {
    process.stdout.write(`${text}\n`)
  }
}

/** The conductor that owns the most nodes. */
function busiest(conductors: DemoConductor[], nodes: DemoNode[]): DemoConductor {
  const owned = (conductor: DemoConductor) => nodes.filter(({ owner }) => owner === conductor.hostname).length
  return conductors.reduce((best, next) => (owned(next) > owned(best) ? next : best))
}
