import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aNode, nodeUuid } from '../../../test/support/a-node.ts'
import { BootFiles } from '../../ipxe/boot-files.ts'
import { ImageStore } from '../../ipxe/image-store.ts'
import { NodeScripts } from '../../ipxe/node-script.ts'
import { BootInterfaces } from '../boot-interfaces.ts'
import { IpxeBoot } from './ipxe-boot.ts'

const logger = pino({ level: 'silent' })
let folder: string
let httpRoot: string
let images: ImageStore
let ipxe: IpxeBoot
let node: ReturnType<typeof aNode>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-ipxe-'))
  httpRoot = join(folder, 'http')
  mkdirSync(join(folder, 'images'))
  for (const name of ['kernel', 'initrd']) writeFileSync(join(folder, 'images', name), name)
  const driverInfo = {
    deploy_kernel: `file://${folder}/images/kernel`,
    deploy_ramdisk: `file://${folder}/images/initrd`,
  }
  node = aNode({ driverInfo })
  images = new ImageStore({ httpRoot, fileUrlAllowedPaths: [folder], downloadTimeoutSeconds: 5, logger })
  ipxe = anInterface()
})
afterEach(async () => {
  await images.close()
  rmSync(folder, { recursive: true })
})

function anInterface(): IpxeBoot {
  const settings = { httpUrl: 'http://web', kernelAppendParams: 'nofb', ipxeTimeoutSeconds: 0, apiUrl: 'http://api' }
  return new IpxeBoot({ bootFiles: new BootFiles({ httpRoot }), scripts: new NodeScripts(settings), images, logger })
}
const config = () => join(httpRoot, nodeUuid, 'config')

describe('IpxeBoot', () => {
  it('prepares script and images, and serves the script from the disk', async () => {
    await ipxe.prepare(node)
    expect(readFileSync(join(httpRoot, nodeUuid, 'deploy_ramdisk'), 'utf8')).toBe('initrd')
    const script = await ipxe.getBootConfig(node, 'boot.ipxe')
    expect(script).toBe(readFileSync(config(), 'utf8'))
    writeFileSync(config(), '#!ipxe\n# by hand')
    expect(await ipxe.getBootConfig(node, 'boot.ipxe')).toBe('#!ipxe\n# by hand')
  })

  it('renders what the disk lacks, and fetches the images in the background', async () => {
    expect(await ipxe.getBootConfig(node, 'boot.ipxe')).toContain(`http://web/${nodeUuid}/deploy_kernel`)
    await expect.poll(() => readFileSync(join(httpRoot, nodeUuid, 'deploy_ramdisk'), 'utf8')).toBe('initrd')
  })

  it.each([
    [
      'of another mode',
      {
        provisionState: 'active',
        deployInterface: 'ramdisk',
        instanceInfo: { kernel: 'file:///k', ramdisk: 'file:///r' },
      },
      '/kernel',
    ],
    ['with other parameters', { instanceInfo: { kernel_append_params: 'changed' } }, 'changed'],
  ])('does not serve a script %s than the database says', async (_, changes, expected) => {
    await ipxe.prepare(node)
    expect(await ipxe.getBootConfig({ ...node, ...changes }, 'boot.ipxe')).toContain(expected)
  })

  it('does not trust files of an earlier process, which may be older than the database', async () => {
    await ipxe.prepare(node)
    writeFileSync(config(), '#!ipxe\n# stale')
    expect(await anInterface().getBootConfig(node, 'boot.ipxe')).not.toContain('stale')
  })

  it('renders when the file was emptied or removed', async () => {
    await ipxe.prepare(node)
    const script = await ipxe.getBootConfig(node, 'boot.ipxe')
    writeFileSync(config(), '')
    expect(await ipxe.getBootConfig(node, 'boot.ipxe')).toBe(script)
    await ipxe.cleanUp(nodeUuid)
    expect(await ipxe.getBootConfig(node, 'boot.ipxe')).toBe(script)
  })

  it.each(['', 'boot.ipxe\0', 'config', '../config', 'deploy_kernel', 'BOOT.IPXE'])(
    'does not know %j',
    async (name) => {
      await expect(ipxe.getBootConfig(node, name)).rejects.toMatchObject({ code: 'UnknownBootFile' })
    },
  )

  it('writes no script when images are not to be had, and says which', async () => {
    rmSync(join(folder, 'images/kernel'))
    await expect(ipxe.prepare(node)).rejects.toMatchObject({
      code: 'ImageUnavailable',
      message: expect.stringContaining('images/kernel'),
    })
    expect(() => readFileSync(config())).toThrow(/ENOENT/)
    await expect(ipxe.getBootConfig({ ...node, driverInfo: {} }, 'boot.ipxe')).rejects.toMatchObject({
      code: 'MissingParameter',
    })
  })
})

describe('BootInterfaces', () => {
  it.each(['ipxe', null])('answers %j with ipxe', (bootInterface) => {
    expect(new BootInterfaces({ ipxe }).bootInterfaceOf({ bootInterface })).toBe(ipxe)
  })

  it.each(['pxe', 'redfish-virtual-media', 'nonsense', '__proto__'])('serves nothing for %s', async (bootInterface) => {
    const base = new BootInterfaces({ ipxe }).bootInterfaceOf({ bootInterface })
    await expect(base.getBootConfig(node, 'boot.ipxe')).rejects.toMatchObject({
      code: 'UnsupportedDriverExtension',
      message: expect.stringContaining(bootInterface),
    })
    await base.prepare(node)
    await base.cleanUp(nodeUuid)
  })
})
