import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const script = fileURLToPath(new URL('systemd-in-namespaces.sh', import.meta.url))
export const systemdFolder = join(checkout, 'packaging/systemd')

/** What this machine lacks to run a systemd of its own in namespaces; undefined: nothing. */
export function missingForSystemd(): string | undefined {
  if (process.getuid?.() !== 0) return 'root'
  const systemd = '/usr/lib/systemd/systemd'
  const missing = [systemd, '/usr/bin/systemd-notify', '/usr/bin/systemd-sysusers', '/usr/bin/systemd-tmpfiles']
  const kernel = readFileSync('/proc/filesystems', 'utf8')
  return [
    ...missing.filter((file) => !existsSync(file)),
    ...['cgroup2', 'overlay'].filter((filesystem) => !kernel.includes(`\t${filesystem}\n`)),
    ...(spawnSync('unshare', ['--mount', '--pid', '--fork', '--cgroup', '--net', 'true']).status === 0
      ? []
      : ['the right to make namespaces']),
  ][0]
}

export interface SystemdFiles {
  /** Writes what is laid over /etc. */
  prepare(etc: string): void
  /** Shell commands, run as root inside before systemd starts, when /var/lib and /etc are the namespaces' own. */
  script?: string
}

/**
 * A real systemd as process 1 of namespaces of its own, with the units of packaging/systemd, users and folders as
 * bootring.sysusers.conf and bootring.tmpfiles.conf make them, and the checkout's launcher at /usr/local/bin.
 */
export class NamespacedSystemd implements AsyncDisposable {
  readonly #folder: string
  readonly #process: ChildProcess
  #output = ''
  #init = 0

  private constructor(folder: string) {
    this.#folder = folder
    this.#process = spawn(script, [folder, checkout], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
      })
    }
  }

  static async start({ prepare, script: inside = '' }: SystemdFiles): Promise<NamespacedSystemd> {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-systemd-'))
    for (const name of ['units', 'etc', 'logs', 'cgroup']) mkdirSync(join(folder, name))
    for (const unit of readdirSync(systemdFolder).filter((name) => name.endsWith('.service'))) {
      copyFileSync(join(systemdFolder, unit), join(folder, 'units', unit))
    }
    for (const kind of ['sysusers', 'tmpfiles']) {
      copyFileSync(join(systemdFolder, `bootring.${kind}.conf`), join(folder, `${kind}.conf`))
    }
    prepare(join(folder, 'etc'))
    writeFileSync(join(folder, 'prepare.sh'), `#!/bin/sh\nset -eux\n${inside}`, { mode: 0o755 })
    const systemd = new NamespacedSystemd(folder)
    try {
      await systemd.#reachable()
    } catch (error) {
      await systemd[Symbol.asyncDispose]()
      throw error
    }
    return systemd
  }

  /** Runs a program beside the units: in their namespaces, as root. */
  run(...command: string[]): { status: number | null; stdout: string; stderr: string } {
    const nsenter = ['--target', String(this.#init), '--mount', '--pid', '--net', '--cgroup', '--uts', '--ipc']
    return spawnSync('nsenter', [...nsenter, ...command], { encoding: 'utf8', timeout: 120_000 })
  }

  /** A property of a unit, as `systemctl show` prints it. */
  show(unit: string, property: string): string {
    return this.run('systemctl', 'show', '--value', `--property=${property}`, unit).stdout.trim()
  }

  /** What a unit printed. */
  log(unit: string): string {
    const file = join(this.#folder, 'logs', unit)
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit')
      // Its child, process 1 of the namespaces, dies with it, and with that everything inside.
      this.#process.kill('SIGKILL')
      await ended
    }
    await this.#removeControlGroup()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #reachable(): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (this.#process.exitCode !== null) break
      this.#init = systemdBelow(this.#process.pid as number)
      // systemctl would wait long for a systemd that does not listen yet.
      const listens = this.#init !== 0 && existsSync(`/proc/${this.#init}/root/run/systemd/private`)
      if (listens && this.run('systemctl', 'is-active', 'multi-user.target').status === 0) return
      await pause(100)
    }
    throw new Error(`no systemd in namespaces:\n${this.#output}`)
  }

  /** The kernel takes a moment to let go of the last process of a group. */
  async #removeControlGroup(): Promise<void> {
    const mounted = join(this.#folder, 'cgroup')
    if (spawnSync('mount', ['-t', 'cgroup2', 'cgroup2', mounted]).status !== 0) return
    const group = join(mounted, `bootring-test-${this.#process.pid}`)
    try {
      for (let tries = 0; tries < 50 && existsSync(group); tries++) {
        try {
          removeGroups(group)
        } catch {
          await pause(100)
        }
      }
    } finally {
      spawnSync('umount', [mounted])
    }
  }
}

/** Control groups are removed from the innermost outwards; the files in them can't be. */
function removeGroups(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroups(join(group, entry.name))
  }
  rmdirSync(group)
}

/** The child of `unshare` that has become systemd; 0: not yet. */
function systemdBelow(unshare: number): number {
  try {
    const child = readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8').trim()
    return readFileSync(`/proc/${child}/comm`, 'utf8').trim() === 'systemd' ? Number(child) : 0
  } catch {
    return 0
  }
}
