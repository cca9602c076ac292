import { hash, randomUUID } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import type { Copy } from './copy.ts'
import { CopyStore, type CopyStoreOptions } from './copy-store.ts'

let folder: string
let path: string
const open: CopyStore[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-copies-'))
  path = join(folder, 'state', 'replicas')
})
afterEach(async () => {
  for (const store of open.splice(0)) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

async function aStore(options: Partial<CopyStoreOptions> = {}) {
  const log = recordingLogger()
  const store = new CopyStore({ path, log, ...options })
  open.push(store)
  await store.open()
  return { store, log }
}

function aCopy(text = '#!ipxe\n# grün\n', nodeUuid: string = randomUUID()): Copy {
  return {
    nodeUuid,
    name: 'boot.ipxe',
    owner: 'cond-1',
    sha256: hash('sha256', text, 'hex'),
    family: 'clean',
    writtenAtMilliseconds: 1234.5,
    text,
  }
}

describe('CopyStore', () => {
  it('keeps copies over a restart, for its own user only', async () => {
    const { store } = await aStore()
    const [kept, gone] = [aCopy(), aCopy()]
    store.put(aCopy('#!ipxe\nold\n', kept.nodeUuid))
    store.put(kept)
    store.put(gone)
    store.remove(gone)
    await store.close()
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(readdirSync(path)).toEqual([`${kept.nodeUuid}.boot.ipxe.json`])
    expect(statSync(join(path, `${kept.nodeUuid}.boot.ipxe.json`)).mode & 0o777).toBe(0o600)

    const { store: again } = await aStore()
    expect(again.all()).toEqual([kept])
    expect(again.bytes).toBe(Buffer.byteLength(kept.text))
  })

  it('removes what is damaged, and leaves alone what is not its own', async () => {
    const { store } = await aStore()
    const copies = Array.from({ length: 4 }, () => aCopy())
    for (const copy of copies) store.put(copy)
    await store.close()
    const file = (number: number) => join(path, `${copies[number]?.nodeUuid}.boot.ipxe.json`)
    writeFileSync(file(0), readFileSync(file(0), 'utf8').slice(0, -10))
    writeFileSync(file(1), readFileSync(file(1), 'utf8').replace('grün', 'blau'))
    renameSync(file(2), join(path, `${randomUUID()}.boot.ipxe.json`))
    writeFileSync(join(path, `.${randomUUID()}.boot.ipxe.json`), 'half')
    writeFileSync(join(path, 'README'), 'of an operator')

    const { log, store: again } = await aStore()
    expect(again.all()).toEqual([copies[3]])
    expect(readdirSync(path).sort()).toEqual([`${copies[3]?.nodeUuid}.boot.ipxe.json`, 'README'].sort())
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { damaged: 3 } }])
  })

  it('is bounded in number and bytes, and says so once', async () => {
    const { log, store } = await aStore({ maxCopies: 2, maxTotalBytes: 100 })
    const first = aCopy('x'.repeat(40))
    expect(store.put(first)).toBe(true)
    expect(store.put(aCopy('x'.repeat(61)))).toBe(false)
    expect(store.put(aCopy('x'.repeat(40)))).toBe(true)
    expect(store.put(aCopy('x'))).toBe(false)
    // In place of one that is there it need not be more.
    expect(store.put(aCopy('y'.repeat(60), first.nodeUuid))).toBe(true)
    expect(store.bytes).toBe(100)
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
    store.remove(first)
    expect(store.bytes).toBe(40)
    expect(store.put(aCopy('x'))).toBe(true)
  })

  it('serves from memory what the disk does not take, and tries again', async () => {
    const { log, store } = await aStore({ retrySeconds: 0.02 })
    const [before, during] = [aCopy(), aCopy()]
    store.put(before)
    await store.flush()
    // A folder in the place of the temporary file: that holds for root as well.
    const inTheWay = join(path, `.${during.nodeUuid}.boot.ipxe.json`)
    mkdirSync(join(inTheWay, 'x'), { recursive: true })
    store.put(during)
    await store.flush()
    expect(store.get(during.nodeUuid, 'boot.ipxe')).toEqual(during)
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
    rmSync(inTheWay, { recursive: true })
    while (!readdirSync(path).includes(`${during.nodeUuid}.boot.ipxe.json`)) await pause(10)
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  })

  it('names the option when the folder can not be used', async () => {
    mkdirSync(join(folder, 'state'))
    writeFileSync(path, '')
    chmodSync(path, 0o600)
    await expect(aStore()).rejects.toMatchObject({
      code: 'ConfigInvalid',
      message: expect.stringContaining('[bootring]replica_path'),
    })
  })
})
