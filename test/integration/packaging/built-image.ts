import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const tools = join(checkout, '.tools')
const standIn = fileURLToPath(new URL('stand-in-base.sh', import.meta.url))
const containerFolder = join(checkout, 'packaging/container')

/** What a runtime reads of an image. */
export interface ImageConfig {
  User: string
  Env: string[]
  Entrypoint: string[]
  Cmd: string[]
  WorkingDir: string
  ExposedPorts: Record<string, unknown>
  Volumes: Record<string, unknown>
  Labels: Record<string, string>
  Healthcheck: { Test: string[] }
}

/** What this machine lacks to build an image and to run it; undefined: nothing. */
export function missingForImages(): string | undefined {
  if (process.getuid?.() !== 0) return 'root'
  const programs = ['buildah', 'crun', 'unshare'].filter((name) => spawnSync(name, ['--version']).status !== 0)
  const files = ['lab/parts/busybox', 'packaging/node_modules/npm/package.json', 'node_modules/node/bin/node']
  const missing = files.map((file) => join(tools, file)).filter((file) => !existsSync(file))
  const cgroups = readFileSync('/proc/filesystems', 'utf8').includes('\tcgroup2\n') ? [] : ['cgroup2']
  return [...programs, ...missing, ...cgroups][0]
}

/** The image of packaging/container/Containerfile, really built by buildah, in a store of its own. */
export class BuiltImage implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'bootring-image-'))
  /** Where the image's files are mounted. */
  readonly root: string
  readonly config: ImageConfig
  readonly #store: string[]

  constructor() {
    this.#store = ['--root', join(this.folder, 'store'), '--runroot', join(this.folder, 'run'), '--storage-driver']
    this.#store.push(this.#overlayWorks() ? 'overlay' : 'vfs')
    const base = join(this.folder, 'base')
    mkdirSync(base)
    execFileSync(standIn, [base, tools], { stdio: 'pipe' })
    const bare = this.#buildah('from', 'scratch')
    this.#buildah('copy', '--quiet', bare, base, '/')
    this.#buildah('commit', '--quiet', '--rm', bare, 'localhost/stand-in')
    const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8', stdio: 'pipe' }).trim()
    mkdirSync(cache, { recursive: true })
    const file = join(containerFolder, 'Containerfile')
    const ignore = join(containerFolder, '.containerignore')
    const options = ['--isolation', 'chroot', '--network', 'host', '--volume', `${cache}:/root/.npm`]
    options.push('--build-arg', 'NODE_IMAGE=localhost/stand-in', '--build-arg', 'VERSION=1.2.3', '--format', 'docker')
    this.#buildah('build', ...options, '--file', file, '--ignorefile', ignore, '--tag', 'localhost/bootring', checkout)
    const inspected = JSON.parse(this.#buildah('inspect', '--type', 'image', 'localhost/bootring')) as {
      Docker: { config: ImageConfig }
    }
    this.config = inspected.Docker.config
    this.root = this.#buildah('mount', this.#buildah('from', 'localhost/bootring'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#buildah('umount', '--all')
    this.#buildah('rm', '--all')
    // Overlay leaves its store mounted on itself.
    spawnSync('umount', [join(this.folder, 'store/overlay')])
    await rm(this.folder, { recursive: true, force: true })
  }

  #buildah(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync('buildah', [...this.#store, ...args], {
      encoding: 'utf8',
      timeout: 400_000,
    })
    if (status !== 0) throw new Error(`buildah ${args[0]} failed:\n${stdout}\n${stderr}`)
    return stdout.trim()
  }

  #overlayWorks(): boolean {
    return readFileSync('/proc/filesystems', 'utf8').includes('\toverlay\n')
  }
}
