import { mkdir, readdir, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hyphenated, type MacAddress } from '../model/mac.ts'
import { linkAtomically, temporaryPrefix, unlessMissing } from './write-file-atomically.ts'

const linkName = /^[0-9a-f]{2}(?:-[0-9a-f]{2}){5}$/
const linkTarget = /^\.\.\/([0-9a-f-]{36})\/config$/

/** Names of links by node UUID, and the other way round. */
interface Index {
  namesOf: Map<string, Set<string>>
  nodeOf: Map<string, string>
}

/**
 * The links `pxelinux.cfg/<MAC>` → `../<uuid>/config`. The folder is read once, at first use: looking through all links
 * for those of each node would make a fleet cost its square.
 */
export class MacLinks {
  readonly #folder: string
  #index: Promise<Index> | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Makes these the only links of the node. A MAC that was another node's is taken from it. */
  async set(uuid: string, addresses: MacAddress[]): Promise<void> {
    const { namesOf, nodeOf } = await this.#load()
    const wanted = new Set(addresses.map(hyphenated))
    for (const name of wanted) {
      await linkAtomically(join(this.#folder, name), `../${uuid}/config`)
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
    const path = join(this.#folder, name)
    if ((await unlessMissing(readlink(path))) === `../${uuid}/config`) await rm(path, { force: true })
  }

  #load(): Promise<Index> {
    this.#index ??= this.#read().catch((error: unknown) => {
      this.#index = undefined
      throw error
    })
    return this.#index
  }

  async #read(): Promise<Index> {
    await mkdir(this.#folder, { recursive: true, mode: 0o755 })
    const index: Index = { namesOf: new Map(), nodeOf: new Map() }
    for (const name of await readdir(this.#folder)) {
      // Left by a kill.
      if (name.startsWith(temporaryPrefix)) await rm(join(this.#folder, name), { force: true })
      if (!linkName.test(name)) continue
      const uuid = linkTarget.exec((await unlessMissing(readlink(join(this.#folder, name)))) ?? '')?.[1]
      if (uuid === undefined) continue
      index.nodeOf.set(name, uuid)
      index.namesOf.set(uuid, (index.namesOf.get(uuid) ?? new Set()).add(name))
    }
    return index
  }
}
