import { hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aNode, nodeUuid } from '../../../test/support/a-node.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { CopyStore } from './copy-store.ts'
import { ServedCopies } from './served-copies.ts'

let folder: string
let store: CopyStore
let copies: ServedCopies
const text = '#!ipxe\nboot\n'
const writtenAtMilliseconds = 1_700_000_000_000

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-served-'))
  const log = recordingLogger()
  store = new CopyStore({ path: join(folder, 'replicas'), log })
  await store.open()
  const roots = [join(folder, 'http'), join(folder, 'tftp')]
  copies = new ServedCopies({ store, roots, replaceUrls: (script) => `${script}# replaced\n`, log })
  const sha256 = hash('sha256', text, 'hex')
  store.put({ nodeUuid, name: 'boot.ipxe', owner: 'cond-1', sha256, family: 'clean', writtenAtMilliseconds, text })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Ironic's conductor on this host writes, so many seconds after that whose file was copied. */
function writeHere(root: 'http' | 'tftp', secondsLater: number): void {
  mkdirSync(join(folder, root, nodeUuid), { recursive: true })
  const file = join(folder, root, nodeUuid, 'config')
  writeFileSync(file, text)
  const seconds = writtenAtMilliseconds / 1000 + secondsLater
  utimesSync(file, seconds, seconds)
}

describe('ServedCopies', () => {
  it.each(['cleaning', 'clean wait'])('gives the copy while the node is in %s, with URLs replaced', async (state) => {
    expect(await copies.copyFor(aNode({ provisionState: state }), 'boot.ipxe')).toBe(`${text}# replaced\n`)
  })

  it.each(['wait call-back', 'clean failed', 'available', 'active', null])('gives nothing in %s', async (state) => {
    expect(await copies.copyFor(aNode({ provisionState: state }), 'boot.ipxe')).toBeUndefined()
  })

  it('gives nothing else, and not to a node that boots otherwise by now', async () => {
    const provisionState = 'clean wait'
    expect(await copies.copyFor(aNode({ provisionState }), 'grub.cfg')).toBeUndefined()
    for (const bootInterface of ['pxe', 'redfish-virtual-media', null]) {
      expect(await copies.copyFor(aNode({ provisionState, bootInterface }), 'boot.ipxe')).toBeUndefined()
    }
    expect(await copies.copyFor(aNode({ provisionState, bootInterface: 'http-ipxe' }), 'boot.ipxe')).toBeDefined()
  })

  it('holds a file on this host that is older for a leftover', async () => {
    writeHere('http', -60)
    expect(await copies.copyFor(aNode({ provisionState: 'clean wait' }), 'boot.ipxe')).toBeDefined()
  })

  it.each(['http', 'tftp'] as const)('is gone for good once Ironic on this host has written under %s', async (root) => {
    writeHere(root, 1)
    expect(await copies.copyFor(aNode({ provisionState: 'clean wait' }), 'boot.ipxe')).toBeUndefined()
    rmSync(join(folder, root), { recursive: true })
    expect(await copies.copyFor(aNode({ provisionState: 'clean wait' }), 'boot.ipxe')).toBeUndefined()
    expect(store.size).toBe(0)
  })
})
