import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aNode, aPort, nodeUuid } from '../../test/support/a-node.ts'
import { BootFiles } from './boot-files.ts'
import { ipxeLinkNames } from './link-names.ts'
import { ScriptCache } from './script-cache.ts'
import { viaTemporary } from './write-file-atomically.ts'

const otherUuid = '22222222-0000-4000-8000-000000000002'
const isScript = (text: string) => text.startsWith('#!ipxe')
const file = (text: string) => ({ inputs: 'a row', text })
let httpRoot: string
let files: BootFiles
beforeEach(() => {
  httpRoot = mkdtempSync(join(tmpdir(), 'bootring-files-'))
  files = new BootFiles({ root: httpRoot })
})
afterEach(() => {
  rmSync(httpRoot, { recursive: true })
})

const links = () => readdirSync(join(httpRoot, 'pxelinux.cfg')).sort()
const config = join(nodeUuid, 'config')

describe('BootFiles', () => {
  it('lays files out as Ironic does', async () => {
    await files.writeRootScript('#!ipxe\nroot')
    const ports = [aPort('52:54:00:12:34:56'), aPort('52:54:00:12:34:57', false), aPort('52:54:00:12:34:58')]
    await files.writeNodeFile(aNode({ ports }), file('#!ipxe\nnode'), ipxeLinkNames)
    expect(readdirSync(httpRoot).sort()).toEqual([nodeUuid, 'boot.ipxe', 'pxelinux.cfg'])
    expect(readFileSync(join(httpRoot, 'boot.ipxe'), 'utf8')).toBe('#!ipxe\nroot')
    expect(statSync(join(httpRoot, config)).mode & 0o777).toBe(0o644)
    expect(links()).toEqual(['52-54-00-12-34-56', '52-54-00-12-34-58'])
    expect(readlinkSync(join(httpRoot, 'pxelinux.cfg/52-54-00-12-34-56'))).toBe(`../${nodeUuid}/config`)
    expect(readFileSync(join(httpRoot, 'pxelinux.cfg/52-54-00-12-34-58'), 'utf8')).toBe('#!ipxe\nnode')
    expect(await files.nodeUuids()).toEqual([nodeUuid])
  })

  it('removes links of ports that are gone, also those of an earlier process', async () => {
    await files.writeNodeFile(aNode(), file('#!ipxe'), ipxeLinkNames)
    await new BootFiles({ root: httpRoot }).writeNodeFile(
      aNode({ ports: [aPort('52:54:00:00:00:09')] }),
      file('#!ipxe'),
      ipxeLinkNames,
    )
    expect(links()).toEqual(['52-54-00-00-00-09'])
  })

  it('leaves a MAC to the node that has it now', async () => {
    await files.writeNodeFile(aNode(), file('#!ipxe\n1'), ipxeLinkNames)
    await files.writeNodeFile(aNode({ uuid: otherUuid }), file('#!ipxe\n2'), ipxeLinkNames)
    await files.removeNode(nodeUuid)
    expect(readlinkSync(join(httpRoot, 'pxelinux.cfg/52-54-00-12-34-56'))).toBe(`../${otherUuid}/config`)
    expect(await files.nodeUuids()).toEqual([otherUuid])
    await files.removeNode(otherUuid)
    expect(links()).toEqual([])
  })

  it('does not write what is there already, and leaves no temporary files', async () => {
    await files.writeNodeFile(aNode(), file('#!ipxe\n1'), ipxeLinkNames)
    const before = statSync(join(httpRoot, config), { bigint: true })
    await files.writeNodeFile(aNode(), file('#!ipxe\n1'), ipxeLinkNames)
    expect(statSync(join(httpRoot, config), { bigint: true })).toMatchObject({
      ino: before.ino,
      ctimeNs: before.ctimeNs,
    })
    await files.writeNodeFile(aNode(), file('#!ipxe\n2'), ipxeLinkNames)
    expect(statSync(join(httpRoot, config), { bigint: true }).ino).not.toBe(before.ino)
    expect(readdirSync(join(httpRoot, nodeUuid))).toEqual(['config'])
  })

  it('removes what a kill left', async () => {
    mkdirSync(join(httpRoot, 'pxelinux.cfg'))
    writeFileSync(join(httpRoot, '.bootring-boot.ipxe-1'), 'half')
    symlinkSync('../x', join(httpRoot, 'pxelinux.cfg/.bootring-1'))
    await files.writeRootScript('#!ipxe')
    await files.writeNodeFile(aNode(), file('#!ipxe'), ipxeLinkNames)
    expect(readdirSync(httpRoot).sort()).toEqual([nodeUuid, 'boot.ipxe', 'pxelinux.cfg'])
    expect(links()).toEqual(['52-54-00-12-34-56'])
  })

  it('reads what is on the disk, however it came there', async () => {
    expect(files.readNodeFile(nodeUuid, 'a row', isScript)).toBeUndefined()
    await files.writeNodeFile(aNode(), file('#!ipxe\n1'), ipxeLinkNames)
    expect(files.readNodeFile(nodeUuid, 'a row', isScript)).toBe('#!ipxe\n1')
    expect(files.readNodeFile(nodeUuid, 'a row', isScript)).toBe('#!ipxe\n1')
    const path = join(httpRoot, config)
    // Same size and times, but another file.
    const { atime, mtime } = statSync(path)
    writeFileSync(`${path}.new`, '#!ipxe\n2')
    utimesSync(`${path}.new`, atime, mtime)
    renameSync(`${path}.new`, path)
    expect(files.readNodeFile(nodeUuid, 'a row', isScript)).toBe('#!ipxe\n2')
    writeFileSync(path, '#!ipxe\n3')
    expect(files.readNodeFile(nodeUuid, 'a row', isScript)).toBe('#!ipxe\n3')
    await files.removeNode(nodeUuid)
    expect(files.readNodeFile(nodeUuid, 'a row', isScript)).toBeUndefined()
  })

  it('reads no file that was rendered from something else, or by an earlier process', async () => {
    await files.writeNodeFile(aNode(), file('#!ipxe'), ipxeLinkNames)
    expect(files.readNodeFile(nodeUuid, 'another row', isScript)).toBeUndefined()
    expect(new BootFiles({ root: httpRoot }).readNodeFile(nodeUuid, 'a row', isScript)).toBeUndefined()
  })

  it.each(['', '#!ip', '<html>'])('does not take %j for a script', async (text) => {
    await files.writeNodeFile(aNode(), file('#!ipxe'), ipxeLinkNames)
    writeFileSync(join(httpRoot, config), text)
    expect(files.readNodeFile(nodeUuid, 'a row', isScript)).toBeUndefined()
  })

  it.each(['', '..', '../x', nodeUuid.toUpperCase(), `${nodeUuid}/..`, `${nodeUuid}\n`, `${nodeUuid}\0`])(
    'never makes a path of %j',
    async (uuid) => {
      const refused = expect.objectContaining({ code: 'BootConfigUnavailable' })
      expect(() => files.readNodeFile(uuid, 'a row', isScript)).toThrow(refused)
      await expect(files.removeNode(uuid)).rejects.toThrow(refused)
      await expect(files.writeNodeFile(aNode({ uuid }), file('#!ipxe'), ipxeLinkNames)).rejects.toThrow(refused)
    },
  )

  it('says why it could not write, and leaves the old file', async () => {
    await files.writeNodeFile(aNode(), file('#!ipxe\nold'), ipxeLinkNames)
    rmSync(join(httpRoot, 'pxelinux.cfg'), { recursive: true })
    writeFileSync(join(httpRoot, 'pxelinux.cfg'), 'a file where a folder should be')
    const error = await new BootFiles({ root: httpRoot })
      .writeNodeFile(aNode(), file('#!ipxe\nold'), ipxeLinkNames)
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'BootConfigUnavailable', message: expect.stringContaining(nodeUuid) })
    expect(readFileSync(join(httpRoot, config), 'utf8')).toBe('#!ipxe\nold')
  })

  it('says that http_root is no folder', async () => {
    const path = join(httpRoot, 'file')
    writeFileSync(path, '')
    await expect(new BootFiles({ root: path }).writeRootScript('#!ipxe')).rejects.toMatchObject({
      code: 'BootConfigUnavailable',
      message: expect.stringMatching(/cannot write the root script: E/),
    })
  })

  it('says that the disk is full, and leaves the old file', async () => {
    await files.writeRootScript('#!ipxe\nold')
    const path = join(httpRoot, 'boot.ipxe')
    await expect(
      viaTemporary(path, async (temporary) => {
        symlinkSync('/dev/full', temporary)
        writeFileSync(temporary, 'new')
      }),
    ).rejects.toThrow(/ENOSPC/)
    expect(readFileSync(path, 'utf8')).toBe('#!ipxe\nold')
    expect(readdirSync(httpRoot)).toEqual(['boot.ipxe'])
  })
})

describe('ScriptCache', () => {
  it('forgets what was used longest ago when it is full, and still answers', () => {
    const paths = Array.from({ length: 20 }, (_, index) => {
      const path = join(httpRoot, `f${index}`)
      writeFileSync(path, String(index).padStart(10, '.'))
      return path
    })
    const cache = new ScriptCache(50)
    for (const round of [1, 2])
      for (const [index, path] of paths.entries())
        expect([round, cache.read(path)?.trim()]).toEqual([round, String(index).padStart(10, '.')])
    expect(cache.bytes).toBeLessThanOrEqual(50)
  })
})
