import { afterAll, beforeAll, expect, it } from 'vitest'
import { runBootring } from '../lab/bootring.ts'
import type { LabProcess } from '../lab/lab-process.ts'
import { Machine } from '../lab/machine.ts'
import { describeInLab } from '../lab/require-lab.ts'
import { missingForGrub, startDnsmasqForGrub } from './attached-grub.ts'
import { bootMachine } from './boot-machine.ts'
import { Installation } from './installation.ts'

const orphan = '52:54:00:77:01:02'
const available = '52:54:00:77:01:03'
const uefi = (mac: string) => ({ firmware: 'uefi', macs: [mac], plainNics: true }) as const
const lacking = missingForGrub() !== undefined && process.env.CI !== 'true'

describeInLab('real GRUB boots', () => {
  let site: Installation
  let dhcp: LabProcess
  let refused: Machine

  beforeAll(async () => {
    if (lacking) return
    site = await Installation.start('ipv4', [
      { name: 'orphan', macs: [orphan], provisionState: 'clean wait', bootInterface: 'http' },
      { name: 'available', macs: [available], provisionState: 'available', bootInterface: 'pxe' },
    ])
    const both = site.apis.map((api) => `http://${api.host.urlHost}:6385`).join(',')
    const options = { bootring: { api_root_urls: both }, conductor: { heartbeat_timeout: 1 } }
    const files = [...site.api(0).configFiles, site.settings(options)]
    dhcp = await startDnsmasqForGrub(site.dhcp, await runBootring(site.dhcp, ['root-script', '--grub'], files))
    // It asks for a while before it gives up: the other tests run meanwhile.
    refused = await Machine.start(site.lab, { name: 'available', ...uefi(available) })
  })
  afterAll(async () => {
    await dhcp?.stop()
    await site?.close()
  })

  it.skipIf(lacking)(
    'with a configuration from the API, and a kernel from a conductor, although the one that owns the node is dead',
    async () => {
      const owner = await site.owner(orphan, 'grub.cfg')
      await owner.process.kill()
      const booted = await bootMachine(site, uefi(orphan))
      expect(booted.console).toContain(`Asking for the boot configuration of ${orphan}`)
      const others = site.conductors.filter((each) => each !== owner).map(({ host }) => `${host.ip}:8080`)
      expect(others).toContain(booted.kernelFrom)
      expect(booted.report.mac).toBe(orphan)
      expect(booted.report.cmdline).toContain(`BOOTIF=${orphan}`)
      expect(booted.report.cmdline).toContain('console=ttyS0')
    },
    240_000,
  )

  it.skipIf(lacking)(
    'not a node in available: it goes on with the next boot device of the firmware',
    async () => {
      await refused.untilConsole('Going on with the next boot device of the firmware', 170)
      expect(refused.console).toContain(`Asking for the boot configuration of ${available} in 2 seconds`)
      expect(refused.console).not.toContain('Fetching')
      expect(site.web.reports().filter(({ mac }) => mac === available)).toEqual([])
      await refused.kill()
    },
    240_000,
  )
})
