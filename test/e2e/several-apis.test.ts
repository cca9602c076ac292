import { afterAll, beforeAll, expect, it } from 'vitest'
import { startDnsmasq } from '../lab/dnsmasq.ts'
import { describeInLab } from '../lab/require-lab.ts'
import { bootMachine } from './boot-machine.ts'
import { Installation } from './installation.ts'

const mac = '52:54:00:77:07:01'
const unregistered = '52:54:00:77:07:00'

describeInLab('with the URLs of several APIs in the root script', () => {
  let site: Installation
  beforeAll(async () => {
    site = await Installation.start('ipv4', [{ name: 'several', macs: [mac], provisionState: 'wait call-back' }])
    await startDnsmasq(site.dhcp, { bootUrl: `${site.web.url}/boot.ipxe` })
  })
  afterAll(async () => {
    await site?.close()
  })

  it('real firmware boots though one API is down and the host of another is gone', async () => {
    const gone = 'http://10.77.0.250:6385'
    const [down, up] = [0, 1].map((index) => `http://${site.api(index).host.urlHost}:6385`)
    await site.serveRootScript(site.api(1), {
      bootring: { api_root_urls: `${gone},${down},${up}` },
      pxe: { ipxe_timeout: 4 },
    })
    await site.api(0).process.stop()
    const booted = await bootMachine(site, { firmware: 'bios', macs: [unregistered, mac] })
    const path = `/v1/boot/${mac.replaceAll(':', '-')}/boot.ipxe`
    for (const url of [gone, down, up]) expect(booted.console).toContain(`${url}${path}`)
    expect(booted.kernelFrom).toBe(`${(await site.owner(mac)).host.ip}:8080`)
  })
})
