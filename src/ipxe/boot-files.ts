import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { checkUuid, isCanonicalUuid } from '../model/canonical-uuid.ts'
import { BootringError } from '../model/errors.ts'
import type { NodeWithPorts, Port } from '../model/node.ts'
import { NodeLinks } from './node-links.ts'
import { ScriptCache } from './script-cache.ts'
import { temporaryPrefix, unlessMissing, writeFileAtomically } from './write-file-atomically.ts'

/** 16 MiB: about ten thousand scripts. */
const maxCachedBytes = 16 * 1024 * 1024

/**
 * The boot files on this conductor's disk below one root (`http_root` or `tftp_root`), in Ironic's layout: `boot.ipxe`, `<uuid>/config`, and
 * links to it for each PXE-enabled port. Nothing is made there before the first write. When a file can't be written (disk full, no
 * permission), methods throw `BootConfigUnavailable` with the path and the system's words, and the old file stays.
 */
export class BootFiles {
  readonly #root: string
  readonly #links: NodeLinks
  readonly #cache = new ScriptCache(maxCachedBytes)
  /** What the files that are here were rendered from, by node UUID: those that this process has written itself. */
  readonly #writtenFrom = new Map<string, string>()

  constructor({ root }: { root: string }) {
    this.#root = resolve(root)
    this.#links = new NodeLinks(this.#root)
  }

  /** What DHCP sends every machine to. */
  async writeRootScript(text: string): Promise<void> {
    await explained('write the root script', async () => {
      await mkdir(this.#root, { recursive: true, mode: 0o755 })
      // Left by a kill.
      for (const name of await readdir(this.#root))
        if (name.startsWith(temporaryPrefix)) await rm(join(this.#root, name), { force: true })
      await writeFileAtomically(join(this.#root, 'boot.ipxe'), text)
    })
  }

  /**
   * The file first, then the links that lead to it, which `linkNames` gives for each port that boots; other links of the node, as those of
   * ports that are gone, go last. `inputs`: what the text was rendered from.
   */
  async writeNodeFile(
    node: NodeWithPorts,
    { inputs, text }: { inputs: string; text: string },
    linkNames: (port: Port) => readonly string[],
  ): Promise<void> {
    const folder = this.#folder(node.uuid)
    this.#writtenFrom.delete(node.uuid)
    await explained(`write the boot file of node ${node.uuid}`, async () => {
      await mkdir(folder, { recursive: true, mode: 0o755 })
      await writeFileAtomically(join(folder, 'config'), text)
      const ports = node.ports.filter(({ pxeEnabled }) => pxeEnabled)
      await this.#links.set(node.uuid, ports.flatMap(linkNames))
    })
    this.#writtenFrom.set(node.uuid, inputs)
  }

  /**
   * undefined where there is none, or none that is known to be rendered from these inputs; also where what is there is not what the boot
   * loader reads: it may take anything else for a program.
   */
  readNodeFile(uuid: string, inputs: string, recognises: (text: string) => boolean): string | undefined {
    const path = `${this.#folder(uuid)}/config`
    if (this.#writtenFrom.get(uuid) !== inputs) return undefined
    try {
      const text = this.#cache.read(path)
      return text !== undefined && recognises(text) ? text : undefined
    } catch (error) {
      throw unavailable(`read the boot file of node ${uuid}`, error)
    }
  }

  /** Removes the node's file and the links to it, not its images: it is another root's now. No error where there is nothing. */
  async removeNodeFile(uuid: string): Promise<void> {
    const path = `${this.#folder(uuid)}/config`
    this.#writtenFrom.delete(uuid)
    if (!existsSync(path)) return
    await explained(`remove the boot file of node ${uuid}`, async () => {
      await this.#links.set(uuid, [])
      await rm(path, { force: true })
    })
  }

  /** Removes the node's links, and its folder with all that is in it. No error where there is nothing. */
  async removeNode(uuid: string): Promise<void> {
    const folder = this.#folder(uuid)
    this.#writtenFrom.delete(uuid)
    if (!existsSync(this.#root)) return
    await explained(`remove the boot files of node ${uuid}`, async () => {
      await this.#links.set(uuid, [])
      // An image may be linked into the folder meanwhile, for a machine that has just asked: then once more.
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
    })
  }

  /** Nodes that have a folder here. */
  async nodeUuids(): Promise<string[]> {
    return explained('list the boot files', async () => {
      const entries = (await unlessMissing(readdir(this.#root, { withFileTypes: true }))) ?? []
      return entries.filter((entry) => entry.isDirectory() && isCanonicalUuid(entry.name)).map(({ name }) => name)
    })
  }

  #folder(uuid: string): string {
    // Both parts are clean already; `join` would look at every character again.
    return `${this.#root}/${checkUuid(uuid)}`
  }
}

async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw unavailable(what, error)
  }
}

const unavailable = (what: string, cause: unknown) =>
  cause instanceof BootringError
    ? cause
    : new BootringError(
        'BootConfigUnavailable',
        `cannot ${what}: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      )
