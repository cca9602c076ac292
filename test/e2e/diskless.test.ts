import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBootring } from '../lab/bootring.ts'
import { startDnsmasq } from '../lab/dnsmasq.ts'
import { labImages } from '../lab/lab-images.ts'
import { Machine } from '../lab/machine.ts'
import { describeInLab } from '../lab/require-lab.ts'
import { isoMark, tinyIso } from '../lab/tiny-iso.ts'
import { bootMachine } from './boot-machine.ts'
import { Installation } from './installation.ts'

const withRamdisk = '52:54:00:77:02:01'
const withIso = '52:54:00:77:02:02'
const diskless = { provisionState: 'active', deployInterface: 'ramdisk' }

describeInLab('machines without a disk boot what their instance says', () => {
  let site: Installation

  beforeAll(async () => {
    site = await Installation.start('ipv4', [
      {
        ...diskless,
        name: 'ramdisk',
        macs: [withRamdisk],
        instanceInfo: {
          kernel: `file://${labImages.kernel}`,
          ramdisk: `file://${labImages.ramdisk}`,
          ramdisk_kernel_arguments: 'lab.own=1',
        },
      },
      { ...diskless, name: 'iso', macs: [withIso], instanceInfo: { boot_iso: 'http://10.77.0.1/tiny.iso' } },
    ])
    site.web.put('tiny.iso', tinyIso())
    const { host, configFiles } = site.api(0)
    const open = site.settings({ api: { restrict_boot_config: false, port: 6386 }, bootring: { admin_port: 9400 } })
    await startBootring(host, 'api', { configFiles: [...configFiles, open], adminPort: 9400 })
    await startDnsmasq(site.dhcp, { bootUrl: `${site.web.url}/boot.ipxe` })
    await site.serveRootScript(site.api(0), { pxe: { ipxe_config_api_root_url: `http://${host.urlHost}:6386` } })
  })
  afterAll(async () => {
    await site?.close()
  })

  it('a kernel and a ramdisk', async () => {
    const { report } = await bootMachine(site, { firmware: 'bios', macs: [withRamdisk] })
    expect(report.cmdline).toMatch(/^root=\/dev\/ram0 text .* lab\.own=1 BOOTIF=/)
    expect(report.cmdline).not.toContain('ipa-api-url')
  })

  it('an ISO', async () => {
    const machine = await Machine.start(site.lab, { name: 'iso', firmware: 'bios', macs: [withIso] })
    await machine.untilConsole(isoMark, 120)
    await machine.untilOff(20)
    expect(machine.console).toMatch(/Booting http:\/\/[\d.]+:8080\/[0-9a-f-]{36}\/boot_iso/)
  })
})
