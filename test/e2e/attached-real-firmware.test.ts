import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startDnsmasq } from '../lab/dnsmasq.ts'
import type { Host } from '../lab/host.ts'
import type { LabProcess } from '../lab/lab-process.ts'
import { Machine } from '../lab/machine.ts'
import { describeWith } from '../support/describe-with.ts'
import { grubTemplateNamingTheServer, missingForGrub, startDnsmasqForGrub, startTftpServer } from './attached-grub.ts'
import { AttachedInstallation, missingForAttached } from './attached-installation.ts'

const machines = ['bios', 'uefi', 'ironic-writes', 'grub', 'orphan', 'refused'] as const
type Name = (typeof machines)[number]
const macOf = (name: Name) => `52:54:00:77:0a:0${machines.indexOf(name)}`
// Always the same, so that the ring gives the nodes to the same conductors in each run.
const uuidOf = (name: Name) => `5f0c8d5e-3c0c-4b55-8a5e-00000000000${machines.indexOf(name)}`
const pathOf = (name: Name) => `/v1/boot/${macOf(name).replaceAll(':', '-')}/boot.ipxe`

const iniForGrub = (folder: string) => ({ pxe: { uefi_pxe_config_template: grubTemplateNamingTheServer(folder) } })

describeWith(missingForAttached('debian'), 'beside a real Ironic, real firmware boots', () => {
  let site: AttachedInstallation
  let refused: Machine
  let dhcpServer: LabProcess | undefined

  const useDnsmasq = async (bootUrl = `${site.web.url}/boot.ipxe`) => {
    dhcpServer = await startDnsmasq(site.dhcp, { bootUrl })
  }
  const stopDnsmasq = async () => {
    await dhcpServer?.stop()
    dhcpServer = undefined
  }
  const linkTo = async (...apiUrls: string[]) => site.web.put('boot.ipxe', await site.rootScript(apiUrls))
  const inCleanWait = (name: Name, bootMode: 'bios' | 'uefi', more = {}) => {
    const properties = { capabilities: `boot_mode:${bootMode}`, cpu_arch: 'x86_64' }
    return site.nodeInCleanWait(name, macOf(name), { uuid: uuidOf(name), properties, ...more })
  }

  beforeAll(async () => {
    site = await AttachedInstallation.start({ release: 'debian', conductors: 3, replicate: true, ironic: iniForGrub })
    const { client } = site.ironic
    await client.enrol(site.node('refused', { uuid: uuidOf('refused') }), [macOf('refused')])
    // The machine that is refused asks for more than a minute before it gives up: the other tests run meanwhile.
    site.web.put('fallback.ipxe', `#!ipxe\nimgfetch ${site.web.url}/fell-back ||\nexit 1\n`)
    await useDnsmasq()
    await linkTo(site.api(1).url)
    refused = await Machine.start(site.lab, { name: 'refused', firmware: 'bios', macs: [macOf('refused')] })
    const enrolled = [
      inCleanWait('uefi', 'uefi'),
      inCleanWait('ironic-writes', 'bios'),
      inCleanWait('orphan', 'bios'),
      inCleanWait('grub', 'uefi', { boot_interface: 'pxe' }),
    ]
    await Promise.all([refused.untilConsole('/v1/boot/', 60), ...enrolled])
    await stopDnsmasq()
  })
  afterEach(() => stopDnsmasq())
  afterAll(async () => {
    await site?.close()
  })

  it('bios, a node enrolled by the command line client, with the script that Ironic wrote', async () => {
    const { ironic } = site
    const { driver_info: images, properties } = site.node('') as Record<string, Record<string, string>>
    const [uuid, mac] = [uuidOf('bios'), macOf('bios')]
    const driver = ['--driver', 'fake-hardware', '--boot-interface', 'ipxe', '--deploy-interface', 'direct']
    const interfaces = ['--power-interface', 'fake', '--management-interface', 'noop', '--network-interface', 'noop']
    const capabilities = ['--property', 'capabilities=boot_mode:bios', '--property', `cpu_arch=${properties?.cpu_arch}`]
    const driverInfo = Object.entries(images ?? {}).flatMap(([name, value]) => ['--driver-info', `${name}=${value}`])
    await ironic.openstack(
      'node',
      'create',
      '--uuid',
      uuid,
      '--name',
      'bios',
      ...driver,
      ...interfaces,
      ...capabilities,
      ...driverInfo,
    )
    await ironic.openstack('port', 'create', mac, '--node', uuid)
    await ironic.openstack('node', 'manage', uuid, '--wait', '60')
    await ironic.openstack('node', 'provide', uuid)
    await ironic.client.waitForState([uuid], 'clean wait')

    const api = site.api(0)
    await useDnsmasq()
    await linkTo(api.url)
    const owner = await site.owner(uuid)
    const written = readFileSync(join(ironic.httpRoot(owner), uuid, 'config'), 'utf8')
    expect(await site.dhcp.http({ url: `${api.url}${pathOf('bios')}` })).toMatchObject({ status: 200, body: written })
    const booted = await site.boot({ firmware: 'bios', macs: [mac] })
    expect(booted.console).toContain(`${api.url}${pathOf('bios')}`)
    expect(booted.kernelFrom).toBe(site.imagesAt(owner))
    expect(booted.report.mac).toBe(mac)
    expect(booted.report.cmdline).toContain(`BOOTIF=${mac}`)
    expect(booted.report.cmdline).toContain('console=ttyS0')
  })

  it('uefi, with the API on a host that has nothing of Ironic', async () => {
    const api = site.api(1)
    await useDnsmasq()
    await linkTo(api.url)
    const booted = await site.boot({ firmware: 'uefi', macs: [macOf('uefi')] })
    expect(booted.console).toContain(`${api.url}${pathOf('uefi')}`)
    expect(booted.kernelFrom).toBe(site.imagesAt(await site.owner(uuidOf('uefi'))))
    expect(booted.report.mac).toBe(macOf('uefi'))
  })

  it('with DHCP as it was, and one option of Ironic changed: Ironic itself writes the root script', async () => {
    const { ironic } = site
    const owner = await site.owner(uuidOf('ironic-writes'))
    const other = (owner + 1) % ironic.conductorCount
    const written = () => readFileSync(join(ironic.httpRoot(other), 'boot.ipxe'), 'utf8')
    expect(written()).not.toContain('/v1/boot/')

    const folder = join(site.lab.folder, 'etc-ironic-bootring')
    mkdirSync(folder)
    const template = join(folder, 'boot.ipxe')
    writeFileSync(template, await site.rootScript([site.api(0).url], { ironicTemplate: true }))
    appendFileSync(ironic.conductorConf(other).at(-1) ?? '', `[pxe]\nipxe_boot_script = ${template}\n`)
    await ironic.stopConductor(other)
    await ironic.startConductor(other)
    // Its row looks alive from the start, as it was heard of a moment ago.
    await expect.poll(written, { timeout: 30_000 }).toContain(`${site.api(0).url}/v1/boot/`)

    await useDnsmasq(`http://${site.imagesAt(other)}/boot.ipxe`)
    const booted = await site.boot({ firmware: 'bios', macs: [macOf('ironic-writes')] })
    expect(booted.console).toContain(`http://${site.imagesAt(other)}/boot.ipxe`)
    expect(booted.console).toContain(`${site.api(0).url}${pathOf('ironic-writes')}`)
    expect(booted.kernelFrom).toBe(site.imagesAt(owner))
    expect(booted.report.mac).toBe(macOf('ironic-writes'))
  })

  // A skipped test is a failure where CI says so.
  it.skipIf(missingForGrub() !== undefined && process.env.CI !== 'true')(
    'GRUB instead of iPXE: it gets its configuration by HTTP, kernel and ramdisk by TFTP from the owner',
    async () => {
      const uuid = uuidOf('grub')
      const owner = await site.owner(uuid)
      const tftpServer = await startTftpServer(site.ironic.conductorHost(owner) as Host, site.ironic.tftpRoot(owner))
      const api = new URL(site.api(0).url)
      const configuration = `insmod http\nconfigfile (http,${api.host})/v1/boot/$net_default_mac/grub.cfg\n`
      dhcpServer = await startDnsmasqForGrub(site.dhcp, configuration)
      const booted = await site.boot({ firmware: 'uefi', macs: [macOf('grub')], plainNics: true })
      expect(tftpServer.output).toContain(`${uuid}/deploy_kernel to `)
      expect(booted.report.mac).toBe(macOf('grub'))
      expect(booted.report.cmdline).toContain(`boot_server=${site.ironic.conductorHost(owner).ip}`)
    },
  )

  describe('after the host of its conductor has lost power', () => {
    const uuid = uuidOf('orphan')
    let owner: number

    beforeAll(async () => {
      owner = await site.owner(uuid)
      const others = [0, 1, 2].filter((index) => index !== owner)
      const copies = others.map((index) => join(site.replicaPath(index), `${uuid}.boot.ipxe.json`))
      await vi.waitFor(() => expect(copies.filter(existsSync)).toEqual(copies), 20_000)
      await site.pullPlug(owner)
    })

    const bootsFromACopy = async () => {
      await useDnsmasq()
      await linkTo(site.api(0).url, site.api(1).url)
      const booted = await site.boot({ firmware: 'bios', macs: [macOf('orphan')] })
      expect(booted.kernelFrom).toBe(site.mappedImagesAt(owner))
      expect(booted.report.mac).toBe(macOf('orphan'))
      return booted.console
    }

    it('at once, with a copy of the script', async () => {
      expect(await bootsFromACopy()).not.toContain(site.api(1).url)
    })

    it('and when Ironic gives the node to another conductor, which has written nothing', async () => {
      await site.ironic.untilAlive(owner, false)
      const heir = await site.owner(uuid)
      expect(heir).not.toBe(owner)
      expect(existsSync(join(site.ironic.httpRoot(heir), uuid, 'config'))).toBe(false)
      await bootsFromACopy()
    })

    it('and when an API has been killed, too: the root script goes on to the other', async () => {
      await site.api(0).process.kill()
      expect(await bootsFromACopy()).toContain(`${site.api(1).url}${pathOf('orphan')}`)
    })
  })

  it('not a node that waits for nothing, which gets the 404 of an unknown one, and at last the fallback script', async () => {
    const ask = async (path: string) => {
      const { status, body, headers } = await site.dhcp.http({ url: `${site.api(1).url}${path}` })
      return { status, body, headers: { ...headers, date: '', 'x-openstack-request-id': '' } }
    }
    const answer = await ask(pathOf('refused'))
    expect(answer).toMatchObject({ status: 404 })
    expect(answer).toEqual(await ask('/v1/boot/52-54-00-77-0a-ff/boot.ipxe'))
    await site.web.untilRequest('the fallback', ({ path }) => path === '/fell-back', 120)
    expect(refused.console).toContain(pathOf('refused'))
    expect(refused.console).not.toContain('deploy_kernel')
    await refused.kill()
  })
})

describeWith(missingForAttached('newest'), 'beside the newest Ironic, real firmware boots', () => {
  let site: AttachedInstallation
  beforeAll(async () => {
    site = await AttachedInstallation.start({ release: 'newest', conductors: 2 })
  })
  afterAll(async () => {
    await site?.close()
  })

  it.each([
    { bootInterface: 'ipxe', firmware: 'uefi' },
    // Since 23.0.
    { bootInterface: 'http-ipxe', firmware: 'bios' },
  ] as const)('$firmware, with the script that Ironic wrote by $bootInterface', async ({ bootInterface, firmware }) => {
    const properties = { capabilities: `boot_mode:${firmware}`, cpu_arch: 'x86_64' }
    const more = { uuid: uuidOf(firmware), boot_interface: bootInterface, properties }
    const { uuid } = await site.nodeInCleanWait(firmware, macOf(firmware), more)
    site.web.put('boot.ipxe', await site.rootScript([site.api(1).url]))
    const dhcpServer = await startDnsmasq(site.dhcp, { bootUrl: `${site.web.url}/boot.ipxe` })
    const booted = await site.boot({ firmware, macs: [macOf(firmware)] })
    expect(booted.console).toContain(`${site.api(1).url}${pathOf(firmware)}`)
    expect(booted.kernelFrom).toBe(site.imagesAt(await site.owner(uuid)))
    expect(booted.report.mac).toBe(macOf(firmware))
    await dhcpServer.stop()
  })
})
