import { mkdir, readdir, readlink, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { linkAtomically, temporaryPrefix, unlessMissing } from './write-file-atomically.ts'

/** Folder of the links that iPXE and pxelinux look for; GRUB's are beside it. */
const subfolder = 'pxelinux.cfg'
/** Names that Ironic gives links, below the root: see `linkNames`. */
const linkName =
  /^(?:pxelinux\.cfg\/(?:01-|20-)?[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|grub\.cfg-01-[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{2}(?::[0-9a-f]{2}){5}\.conf)$/
const linkTarget = /^(?:\.\.\/)?([0-9a-f-]{36})\/config$/

/** Names of links by node UUID, and the other way round. */
interface Index {
  namesOf: Map<string, Set<string>>
  nodeOf: Map<string, string>
}

/**
 * The links by which boot loaders find a node's `<uuid>/config` below one root. The folders are read once, at first use: looking
 * through all links for those of each node would make a fleet cost its square.
 */
export class NodeLinks {
  readonly #root: string
  #index: Promise<Index> | undefined

  constructor(root: string) {
    this.#root = root
  }

  /** Makes these the only links of the node, by their paths below the root. One that was another node's is taken from it. */
  async set(uuid: string, names: readonly string[]): Promise<void> {
    const { namesOf, nodeOf } = await this.#load()
    const wanted = new Set(names)
    for (const name of wanted) {
      await linkAtomically(join(this.#root, name), targetOf(name, uuid))
      const former = nodeOf.get(name)
      if (former !== undefined && former !== uuid) namesOf.get(former)?.delete(name)
      nodeOf.set(name, uuid)
    }
    const before = namesOf.get(uuid) ?? new Set()
    if (wanted.size > 0) namesOf.set(uuid, wanted)
    else namesOf.delete(uuid)
    for (const name of before) {
      if (wanted.has(name)) continue
      nodeOf.delete(name)
      await this.#remove(uuid, name)
    }
  }

  /** Only a link that still leads to this node: the MAC may be another node's by now. */
  async #remove(uuid: string, name: string): Promise<void> {
    const path = join(this.#root, name)
    if ((await unlessMissing(readlink(path))) === targetOf(name, uuid)) await rm(path, { force: true })
  }

  #load(): Promise<Index> {
    this.#index ??= this.#read().catch((error: unknown) => {
      this.#index = undefined
      throw error
    })
    return this.#index
  }

  async #read(): Promise<Index> {
    await mkdir(join(this.#root, subfolder), { recursive: true, mode: 0o755 })
    const index: Index = { namesOf: new Map(), nodeOf: new Map() }
    const names = [
      ...(await readdir(this.#root)),
      ...(await readdir(join(this.#root, subfolder))).map((name) => `${subfolder}/${name}`),
    ]
    for (const name of names) {
      // Left by a kill: nobody makes a link before this has been read.
      if (basename(name).startsWith(temporaryPrefix)) await rm(join(this.#root, name), { force: true })
      if (!linkName.test(name)) continue
      const uuid = linkTarget.exec((await unlessMissing(readlink(join(this.#root, name)))) ?? '')?.[1]
      if (uuid === undefined) continue
      index.nodeOf.set(name, uuid)
      index.namesOf.set(uuid, (index.namesOf.get(uuid) ?? new Set()).add(name))
    }
    return index
  }
}

const targetOf = (name: string, uuid: string): string => `${name.includes('/') ? '../' : ''}${uuid}/config`
