import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aNode, aPort, nodeUuid } from '../../../test/support/a-node.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { BootFiles } from '../../ipxe/boot-files.ts'
import { ImageStore } from '../../ipxe/image-store.ts'
import { NodeScripts } from '../../ipxe/node-script.ts'
import type { NodeRecord, PortRecord } from '../../model/records.ts'
import type { Logger } from '../../observe/logger.ts'
import { BootInterfaces } from '../boot-interfaces.ts'
import type { BootInterface } from './boot-interface.ts'
import { networkBootInterfaces } from './network-boot-interfaces.ts'

const silent = pino({ level: 'silent' })
let folder: string
let httpRoot: string
let tftpRoot: string
let images: ImageStore
let interfaces: BootInterfaces
let ipxe: BootInterface
let pxe: BootInterface
let node: ReturnType<typeof aNode>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-ipxe-'))
  httpRoot = join(folder, 'http')
  tftpRoot = join(folder, 'tftp')
  mkdirSync(join(folder, 'images'))
  for (const name of ['kernel', 'initrd']) writeFileSync(join(folder, 'images', name), name)
  const driverInfo = {
    deploy_kernel: `file://${folder}/images/kernel`,
    deploy_ramdisk: `file://${folder}/images/initrd`,
  }
  node = aNode({ driverInfo })
  images = new ImageStore({ httpRoot, fileUrlAllowedPaths: [folder], downloadTimeoutSeconds: 5, logger: silent })
  interfaces = theInterfaces()
  ipxe = interfaces.bootInterfaceOf({ bootInterface: 'ipxe' })
  pxe = interfaces.bootInterfaceOf({ bootInterface: 'pxe' })
})
afterEach(async () => {
  await images.close()
  rmSync(folder, { recursive: true })
})

/** As a process that has just been started has them. */
function theInterfaces(logger: Logger = silent): BootInterfaces {
  const settings = { httpUrl: 'http://web', kernelAppendParams: 'nofb', ipxeTimeoutSeconds: 0, apiUrl: 'http://api' }
  return new BootInterfaces(
    networkBootInterfaces({
      httpFiles: new BootFiles({ root: httpRoot }),
      tftpFiles: new BootFiles({ root: tftpRoot }),
      scripts: new NodeScripts(settings),
      images,
      logger,
      defaultBootMode: 'uefi',
    }),
  )
}
const config = () => join(httpRoot, nodeUuid, 'config')

describe('the boot interface ipxe', () => {
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

  it('says that it has rendered what the disk lacks, but not of what never is there', async () => {
    const logger = recordingLogger()
    const asked = theInterfaces(logger).bootInterfaceOf(node)
    await asked.getBootConfig(node, 'pixiecore.json')
    await expect.poll(() => existsSync(join(httpRoot, nodeUuid, 'deploy_ramdisk'))).toBe(true)
    expect(logger.lines).toEqual([])
    await asked.getBootConfig(node, 'boot.ipxe')
    expect(logger.lines.map(({ message }) => message)).toEqual(['rendered a boot script that the disk does not have'])
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
    expect(await theInterfaces().bootInterfaceOf(node).getBootConfig(node, 'boot.ipxe')).not.toContain('stale')
  })

  it('does not take what http-ipxe has written to the same place for its own', async () => {
    await ipxe.prepare(node)
    const driverInfo = { ...node.driverInfo, kernel_append_params: 'changed' }
    await interfaces.bootInterfaceOf({ bootInterface: 'http-ipxe' }).prepare({ ...node, driverInfo })
    expect(await ipxe.getBootConfig(node, 'boot.ipxe')).not.toContain('changed')
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

describe('the boot interfaces pxe and http', () => {
  const bios = { properties: { capabilities: 'boot_mode:bios' } }
  const http = () => interfaces.bootInterfaceOf({ bootInterface: 'http' })

  it("lay GRUB's and pxelinux's files out as Ironic does, and images where they can be sent from", async () => {
    const ports = [aPort('52:54:00:12:34:56'), aPort('52:54:00:12:34:57', false)]
    const infiniband = { ...aPort('52:54:00:12:34:58'), extra: { 'client-id': 'ff:00:00' } }
    await pxe.prepare({ ...node, ports: [...ports, infiniband] })
    expect(readdirSync(tftpRoot).sort()).toEqual(
      [
        nodeUuid,
        '52:54:00:12:34:56.conf',
        '52:54:00:12:34:58.conf',
        'grub.cfg-01-52-54-00-12-34-56',
        'grub.cfg-01-52-54-00-12-34-58',
        'pxelinux.cfg',
      ].sort(),
    )
    expect(readdirSync(join(tftpRoot, 'pxelinux.cfg')).sort()).toEqual(['01-52-54-00-12-34-56', '20-52-54-00-12-34-58'])
    expect(readlinkSync(join(tftpRoot, '52:54:00:12:34:56.conf'))).toBe(`${nodeUuid}/config`)
    expect(readFileSync(join(tftpRoot, 'pxelinux.cfg/01-52-54-00-12-34-56'), 'utf8')).toContain('set default=deploy')
    expect(readdirSync(join(tftpRoot, nodeUuid))).toEqual(['config'])
    expect(readdirSync(join(httpRoot, nodeUuid)).sort()).toEqual(['deploy_kernel', 'deploy_ramdisk'])
    await pxe.cleanUp(nodeUuid)
    expect(readdirSync(tftpRoot)).toEqual(['pxelinux.cfg'])
    expect(readdirSync(join(tftpRoot, 'pxelinux.cfg'))).toEqual([])
    expect(existsSync(join(httpRoot, nodeUuid))).toBe(false)
  })

  it('writes the file of the loader that the boot mode calls for, and answers for both', async () => {
    await pxe.prepare({ ...node, ...bios })
    const onDisk = readFileSync(join(tftpRoot, nodeUuid, 'config'), 'utf8')
    expect(onDisk).toContain('\ndefault deploy\n')
    const changed = { ...node, ...bios }
    expect(await pxe.getBootConfig(changed, 'pxelinux.cfg')).toBe(onDisk)
    expect(await pxe.getBootConfig(changed, 'grub.cfg')).toContain('\n  if linux (http,web)/')
    writeFileSync(join(tftpRoot, nodeUuid, 'config'), 'set default=deploy # by hand')
    expect(await pxe.getBootConfig(changed, 'pxelinux.cfg')).toBe(onDisk)
  })

  it.each(['boot.ipxe', 'config', '', '../grub.cfg', 'pxelinux.cfg/01-52-54-00-12-34-56'])(
    'do not know %j',
    async (name) => {
      await expect(pxe.getBootConfig(node, name)).rejects.toMatchObject({ code: 'UnknownBootFile' })
    },
  )

  it('leave nothing of another boot interface that the node had', async () => {
    await ipxe.prepare(node)
    await pxe.prepare(node)
    expect(readdirSync(join(httpRoot, 'pxelinux.cfg'))).toEqual([])
    expect(readdirSync(join(httpRoot, nodeUuid)).sort()).toEqual(['deploy_kernel', 'deploy_ramdisk'])
    await http().prepare(node)
    expect(readdirSync(tftpRoot).sort()).toEqual([nodeUuid, 'pxelinux.cfg'])
    expect(readdirSync(join(tftpRoot, nodeUuid))).toEqual([])
    expect(readdirSync(join(httpRoot, 'pxelinux.cfg'))).toEqual(['01-52-54-00-12-34-56'])
    expect(await ipxe.getBootConfig(node, 'boot.ipxe')).toContain('#!ipxe')
    await ipxe.prepare(node)
    expect(readdirSync(httpRoot).sort()).toEqual(['.images', nodeUuid, 'pxelinux.cfg'])
    expect(readdirSync(join(httpRoot, 'pxelinux.cfg'))).toEqual(['52-54-00-12-34-56'])
  })

  it('boot no ISO', async () => {
    const iso = { provisionState: 'active', deployInterface: 'ramdisk', instanceInfo: { boot_iso: 'file:///x.iso' } }
    await expect(pxe.getBootConfig({ ...node, ...iso }, 'grub.cfg')).rejects.toMatchObject({
      code: 'UnsupportedDriverExtension',
      message: expect.stringContaining('boot_iso'),
    })
  })
})

describe('NetworkBoot.validate', () => {
  const task = (changes: object, ports = [aPort('52:54:00:12:34:56')]) => {
    const { driverInfo, instanceInfo, properties } = node
    return {
      node: {
        uuid: nodeUuid,
        driver_info: driverInfo,
        instance_info: instanceInfo,
        driver_internal_info: {},
        properties,
        boot_mode: null,
        deploy_interface: 'direct',
        ...changes,
      } as NodeRecord,
      ports: ports.map(({ pxeEnabled, ...port }) => ({ ...port, pxe_enabled: pxeEnabled })) as unknown as PortRecord[],
    }
  }
  const ramdisk = { deploy_interface: 'ramdisk', driver_info: {} }

  it.each([
    ['an agent', {}],
    ['a ramdisk of its own', { ...ramdisk, instance_info: { kernel: 'http://k', ramdisk: 'http://r' } }],
    ['a ramdisk that is not named yet', ramdisk],
    ['an ISO', { ...ramdisk, instance_info: { boot_iso: 'http://i' } }],
  ])('is content with %s', (_, changes) => {
    ipxe.validate(task(changes))
  })

  it.each([
    ['MissingParameter', { driver_info: {} }],
    ['MissingParameter', { ...ramdisk, instance_info: { kernel: 'http://k' } }],
    ['InvalidParameter', { instance_info: { boot_iso: 'http://i', image_source: 'http://i' } }],
    ['InvalidParameter', { instance_info: { kernel_append_params: 'a\nb' } }],
    ['InvalidParameter', { properties: { capabilities: 'boot_mode:other' } }],
    ['InvalidParameter', { ...ramdisk, instance_info: { boot_iso: 'http://i' } }],
  ])('says %s for %j', (code, changes) => {
    expect(() => pxe.validate(task(changes))).toThrow(expect.objectContaining({ code }))
  })

  it('wants a port that boots', () => {
    expect(() => ipxe.validate(task({}, [aPort('52:54:00:12:34:56', false)]))).toThrow(/pxe_enabled/)
  })
})

describe('BootInterfaces', () => {
  it.each(['ipxe', null])('answers %j with ipxe', (bootInterface) => {
    expect(interfaces.bootInterfaceOf({ bootInterface })).toBe(ipxe)
  })

  it.each(['redfish-virtual-media', 'nonsense', '__proto__'])('serves nothing for %s', async (bootInterface) => {
    const base = interfaces.bootInterfaceOf({ bootInterface })
    await expect(base.getBootConfig(node, 'boot.ipxe')).rejects.toMatchObject({
      code: 'UnsupportedDriverExtension',
      message: expect.stringContaining(bootInterface),
    })
    await base.prepare(node)
    await base.cleanUp(nodeUuid)
  })
})
