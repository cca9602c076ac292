import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BuiltImage } from './built-image.ts'

export interface ContainerOptions {
  /** In place of the image's own. */
  entrypoint?: string[]
  /** In place of the image's own command. */
  command?: string[]
  /** In place of the image's own user, as `securityContext` does. */
  user?: { uid: number; gid: number }
  env?: string[]
  /** Host path → path inside, read-only. */
  files?: Record<string, string>
}

/**
 * A container of the image, run by crun: read-only root file system, no capabilities, no new privileges, a network of
 * its own that has loopback only, and a volume at /var/lib/bootring.
 */
export class ContainerProcess implements AsyncDisposable {
  readonly user: { uid: number; gid: number }
  readonly #bundle: string
  readonly #process: ChildProcess
  #output = ''

  constructor(image: BuiltImage, { entrypoint, command, user, env = [], files = {} }: ContainerOptions = {}) {
    const [uid, gid] = image.config.User.split(':').map(Number) as [number, number]
    this.user = user ?? { uid, gid }
    this.#bundle = mkdtempSync(join(image.folder, 'bundle-'))
    const state = join(this.#bundle, 'state')
    mkdirSync(state)
    chownSync(state, this.user.uid, this.user.gid)
    const mounts = Object.entries(files).map(([source, destination]) => bind(source, destination, 'ro'))
    writeFileSync(
      join(this.#bundle, 'config.json'),
      JSON.stringify({
        ociVersion: '1.0.2',
        root: { path: image.root, readonly: true },
        hostname: 'container',
        process: {
          user: this.user,
          args: [...(entrypoint ?? image.config.Entrypoint), ...(command ?? image.config.Cmd)],
          env: [...image.config.Env, ...env],
          cwd: image.config.WorkingDir,
          noNewPrivileges: true,
          capabilities: {},
        },
        mounts: [
          { destination: '/proc', type: 'proc', source: 'proc' },
          { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
          { destination: '/tmp', type: 'tmpfs', source: 'tmpfs' },
          bind(state, '/var/lib/bootring', 'rw'),
          ...mounts,
        ],
        linux: { namespaces: ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type })) },
      }),
    )
    this.#process = spawn('unshare', this.#crun('run', '--bundle', this.#bundle, 'bootring'), {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
      })
    }
  }

  get output(): string {
    return this.#output
  }

  /** Why no more is to be expected; undefined while it runs. */
  ended(): string | undefined {
    return this.#process.exitCode === null ? undefined : `it ended with ${this.#process.exitCode}:\n${this.#output}`
  }

  /** Runs a program inside, as the container's user. */
  exec(...command: string[]): { status: number | null; stdout: string; stderr: string } {
    const { uid, gid } = this.user
    const args = this.#crun('exec', '--user', `${uid}:${gid}`, 'bootring', ...command)
    return spawnSync('unshare', args, { encoding: 'utf8', timeout: 30_000 })
  }

  /** The exit code, after a signal. */
  async end(signal: 'TERM' | 'KILL' = 'TERM'): Promise<number | null> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit')
      spawnSync('unshare', this.#crun('kill', 'bootring', signal))
      await ended
    }
    return this.#process.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('KILL')
    spawnSync('unshare', this.#crun('delete', '--force', 'bootring'))
    rmSync(this.#bundle, { recursive: true, force: true })
  }

  /** crun wants one kind of control groups, not the old and the new together: it sees the new ones alone. */
  #crun(...args: string[]): string[] {
    const script = 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec crun "$@"'
    const own = ['--cgroup-manager=disabled', '--root', join(this.#bundle, 'crun')]
    return ['--mount', 'sh', '-c', script, 'crun', ...own, ...args]
  }
}

function bind(source: string, destination: string, mode: 'ro' | 'rw') {
  return { destination, type: 'bind', source, options: ['bind', mode] }
}
