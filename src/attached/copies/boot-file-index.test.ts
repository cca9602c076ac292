import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aNode, nodeUuid } from '../../../test/support/a-node.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeWithPorts } from '../../model/node.ts'
import type { FoundFile } from '../ironic-files.ts'
import { BootFileIndex } from './boot-file-index.ts'

let folder: string
let index: BootFileIndex
let node: NodeWithPorts | undefined
let owner: string
let found: FoundFile | Error
let otherWrittenAt: number | undefined
let written: number
let databaseAway: boolean

const file: FoundFile = { name: 'boot.ipxe', text: '#!ipxe\n', sha256: 'a'.repeat(64) }
const changed: FoundFile = { ...file, sha256: 'b'.repeat(64) }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-index-'))
  mkdirSync(join(folder, 'http', nodeUuid), { recursive: true })
  mkdirSync(join(folder, 'tftp'))
  writeFileSync(join(folder, 'http', nodeUuid, 'config'), file.text)
  node = aNode({ provisionState: 'clean wait' })
  owner = 'me'
  found = file
  otherWrittenAt = undefined
  written = 0
  databaseAway = false
  index = new BootFileIndex({
    files: { find: async () => (found instanceof Error ? Promise.reject(found) : found) },
    roots: { http: join(folder, 'http'), tftp: join(folder, 'tftp') },
    nodes: {
      nodeStates: async () => {
        if (databaseAway) throw new BootringError('DatabaseUnavailable', 'lost')
        return node ? [node] : []
      },
      bootNode: async () => node,
    },
    rings: { owner: async () => owner },
    isOwn: async (hostname) => hostname === 'me',
    otherWrittenAt: () => otherWrittenAt,
    onWritten: () => {
      written += 1
    },
    log: recordingLogger(),
  })
})
afterEach(() => {
  index.changes.close()
  rmSync(folder, { recursive: true, force: true })
})

const rewrite = (text: string) => writeFileSync(join(folder, 'http', nodeUuid, 'config'), text)
const listed = async () => {
  await index.look([nodeUuid])
  return index.get(nodeUuid, 'boot.ipxe')
}

describe('BootFileIndex', () => {
  it('lists a file of its own, with what the node is going through', async () => {
    expect(await listed()).toMatchObject({ sha256: file.sha256, bytes: 7, family: 'clean', root: 'http' })
    node = aNode({ provisionState: 'inspect wait' })
    expect(await listed()).toMatchObject({ family: 'inspect' })
    expect(written).toBeGreaterThan(0)
  })

  it.each(['available', 'active', 'clean failed'])('lists nothing in %s', async (provisionState) => {
    await listed()
    node = aNode({ provisionState })
    expect(await listed()).toBeUndefined()
  })

  it('goes on listing what it has when the ring moves the node away, until that goes through something else', async () => {
    await listed()
    owner = 'other'
    expect(await listed()).toBeDefined()
    node = aNode({ provisionState: 'wait call-back' })
    expect(await listed()).toBeUndefined()
    node = aNode({ provisionState: 'clean wait' })
    expect(await listed()).toBeUndefined()
  })

  it('neither lists a leftover nor lets it drop the copy of what came later', async () => {
    otherWrittenAt = Date.now() + 60_000
    expect(await listed()).toBeUndefined()
    expect(written).toBe(0)
    otherWrittenAt = Date.now() - 60_000
    expect(await listed()).toBeDefined()
    expect(written).toBe(1)
  })

  it('keeps its word on a file that is being written anew until it is whole, and says to look again', async () => {
    await listed()
    rewrite('#!ip')
    found = new BootringError('BootConfigUnavailable', 'not whole')
    expect(await index.look([nodeUuid])).toEqual([nodeUuid])
    expect(index.get(nodeUuid, 'boot.ipxe')?.sha256).toBe(file.sha256)
    found = changed
    expect((await listed())?.sha256).toBe(changed.sha256)
  })

  it('gives the text by its hash; what it can not read now it does not call gone', async () => {
    await listed()
    expect(await index.read(nodeUuid, 'boot.ipxe', file.sha256)).toBe(file.text)
    expect(await index.read(nodeUuid, 'boot.ipxe', changed.sha256)).toBeUndefined()
    expect(await index.read(nodeUuid, 'grub.cfg', file.sha256)).toBeUndefined()
    found = new BootringError('BootConfigUnavailable', 'could not be read in time')
    await expect(index.read(nodeUuid, 'boot.ipxe', file.sha256)).rejects.toMatchObject({ code: 'Overloaded' })
    found = changed
    expect(await index.read(nodeUuid, 'boot.ipxe', file.sha256)).toBeUndefined()
  })

  it('takes what is gone from the list even while the database is away', async () => {
    await listed()
    rmSync(join(folder, 'http', nodeUuid), { recursive: true })
    databaseAway = true
    await expect(index.look([nodeUuid])).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
    expect(index.get(nodeUuid, 'boot.ipxe')).toBeUndefined()
  })
})
