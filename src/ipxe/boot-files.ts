import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { checkUuid, isCanonicalUuid } from '../model/canonical-uuid.ts'
import { BootringError } from '../model/errors.ts'
import type { NodeWithPorts } from '../model/node.ts'
import { MacLinks } from './mac-links.ts'
import { ScriptCache } from './script-cache.ts'
import { temporaryPrefix, unlessMissing, writeFileAtomically } from './write-file-atomically.ts'

/** 16 MiB: about ten thousand scripts. */
const maxCachedBytes = 16 * 1024 * 1024

/**
 * The boot files on this conductor's disk, in Ironic's layout: `boot.ipxe`, `<uuid>/config`, and a link
 * `pxelinux.cfg/<MAC>` for each PXE-enabled port. When a file can't be written (disk full, no permission), methods throw
 * `BootConfigUnavailable` with the path and the system's words, and the old file stays.
 */
export class BootFiles {
  readonly #root: string
  readonly #links: MacLinks
  readonly #cache = new ScriptCache(maxCachedBytes)

  constructor({ httpRoot }: { httpRoot: string }) {
    this.#root = resolve(httpRoot)
    this.#links = new MacLinks(join(this.#root, 'pxelinux.cfg'))
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

  /** The script first, then the links that lead to it; links of ports that are gone, or no longer boot, go last. */
  async writeNodeScript(node: NodeWithPorts, text: string): Promise<void> {
    const folder = this.#folder(node.uuid)
    await explained(`write the boot script of node ${node.uuid}`, async () => {
      await mkdir(folder, { recursive: true, mode: 0o755 })
      await writeFileAtomically(join(folder, 'config'), text)
      const addresses = node.ports.filter(({ pxeEnabled }) => pxeEnabled).map(({ address }) => address)
      await this.#links.set(node.uuid, addresses)
    })
  }

  /** undefined where there is none, or what is there is no whole iPXE script: firmware runs anything else as a program. */
  readNodeScript(uuid: string): string | undefined {
    const path = `${this.#folder(uuid)}/config`
    try {
      const text = this.#cache.read(path)
      return text?.startsWith('#!ipxe') ? text : undefined
    } catch (error) {
      throw unavailable(`read the boot script of node ${uuid}`, error)
    }
  }

  /** Removes the node's links, and its folder with all that is in it. No error where there is nothing. */
  async removeNode(uuid: string): Promise<void> {
    const folder = this.#folder(uuid)
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
