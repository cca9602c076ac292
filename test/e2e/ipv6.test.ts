import { afterAll, beforeAll, expect, it } from 'vitest'
import { startDnsmasq } from '../lab/dnsmasq.ts'
import { describeInLab } from '../lab/require-lab.ts'
import { bootMachine } from './boot-machine.ts'
import { Installation } from './installation.ts'

const mac = '52:54:00:77:06:01'

describeInLab('with IPv6 alone', () => {
  let site: Installation
  beforeAll(async () => {
    site = await Installation.start('ipv6', [{ name: 'ipv6', macs: [mac], provisionState: 'wait call-back' }])
    await startDnsmasq(site.dhcp, { bootUrl: `${site.web.url}/boot.ipxe`, family: 'ipv6' })
  })
  afterAll(async () => {
    await site?.close()
  })

  it('real firmware boots, with a script from a conductor on another host', async () => {
    const api = site.api(0)
    await site.serveRootScript(api)
    const booted = await bootMachine(site, { firmware: 'uefi', macs: [mac] })
    expect(booted.console).toContain(`http://[${api.host.ip}]:6385/v1/boot/${mac.replaceAll(':', '-')}/boot.ipxe`)
    expect(booted.kernelFrom).toBe(`[${(await site.owner(mac)).host.ip}]:8080`)
    expect(booted.report.mac).toBe(mac)
  })
})
