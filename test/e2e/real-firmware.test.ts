import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startBootring } from '../lab/bootring.ts'
import { startDhcpd } from '../lab/dhcpd.ts'
import { loaderFiles, startDnsmasq, tftpFolder } from '../lab/dnsmasq.ts'
import { startKea } from '../lab/kea.ts'
import type { LabProcess } from '../lab/lab-process.ts'
import { Machine, type MachineOptions } from '../lab/machine.ts'
import { startTlsProxy } from '../lab/nginx.ts'
import { describeInLab } from '../lab/require-lab.ts'
import { efiMark } from '../lab/tiny-efi.ts'
import { startTftpServer } from './attached-grub.ts'
import { bootMachine } from './boot-machine.ts'
import { Installation } from './installation.ts'

const waiting = [
  'bios',
  'uefi',
  'undionly',
  'proxy',
  'old-way',
  'orphan',
  'half-way',
  'dnsmasq-tftp',
  'dnsmasq-http',
  'kea-bios',
  'kea-http',
  'dhcpd-bios',
  'dhcpd-tftp',
  'dhcpd-http',
] as const
const active = '52:54:00:77:00:a0'
const registered = '52:54:00:77:00:b1'
const unregistered = '52:54:00:77:00:b0'
const macOf = (name: (typeof waiting)[number]) =>
  `52:54:00:77:00:${waiting.indexOf(name).toString(16).padStart(2, '0')}`
const uefi = { firmware: 'uefi', plainNics: true } as const
const uefiHttp = { firmware: 'uefi', httpBoot: true } as const

/** By DHCP server: machines that boot, and others of which Debian has no iPXE. They load what stands in for it. */
const through: Record<string, { machines: [(typeof waiting)[number], Kind][]; others: Kind[] }> = {
  dnsmasq: {
    machines: [
      ['dnsmasq-tftp', uefi],
      ['dnsmasq-http', uefiHttp],
    ],
    others: [
      { firmware: 'uefi-ia32', plainNics: true },
      { firmware: 'uefi-arm64', plainNics: true },
      { firmware: 'uefi-arm64', httpBoot: true },
    ],
  },
  Kea: {
    machines: [
      ['kea-bios', { firmware: 'bios' }],
      ['kea-http', uefiHttp],
    ],
    others: [
      { firmware: 'uefi-arm64', plainNics: true },
      { firmware: 'uefi-arm64', httpBoot: true },
    ],
  },
  "ISC's dhcpd": {
    machines: [
      ['dhcpd-bios', { firmware: 'bios' }],
      ['dhcpd-tftp', uefi],
      ['dhcpd-http', uefiHttp],
    ],
    others: [
      { firmware: 'uefi-arm64', plainNics: true },
      { firmware: 'uefi-arm64', httpBoot: true },
    ],
  },
}
const loaderOf = {
  bios: 'undionly.kpxe',
  uefi: 'snponly.efi',
  'uefi-ia32': 'snponly-ia32.efi',
  'uefi-arm64': 'snponly-arm64.efi',
}
type Kind = Pick<MachineOptions, 'firmware' | 'plainNics' | 'httpBoot'>

describeInLab('real firmware boots', () => {
  let site: Installation
  let refused: Machine
  let dhcpServers: LabProcess[] = []
  const rootScriptUrl = () => `${site.web.url}/boot.ipxe`
  const apiUrl = (index: number) => `http://${site.api(index).host.urlHost}:6385`
  /** The root script, linking to this API instance. */
  const linkTo = (url: string, pxe: Record<string, string> = {}) =>
    site.serveRootScript(site.api(0), { pxe: { ipxe_config_api_root_url: url, ...pxe } })
  const useDnsmasq = async (bootUrl = rootScriptUrl()) => {
    dhcpServers = [await startDnsmasq(site.dhcp, { bootUrl })]
  }
  const stopDhcp = async () => {
    await Promise.all(dhcpServers.map((server) => server.stop()))
    dhcpServers = []
  }

  beforeAll(async () => {
    site = await Installation.start('ipv4', [
      ...waiting.map((name) => ({
        name,
        macs: [macOf(name)],
        provisionState: 'wait call-back',
        // Firmware that fetches its loader by HTTP is what that interface is for.
        bootInterface: name.endsWith('-http') ? 'http-ipxe' : 'ipxe',
      })),
      { name: 'second-nic', macs: [registered], provisionState: 'clean wait' },
      { name: 'active', macs: [active], provisionState: 'active' },
    ])
    // The machine that is refused asks for more than a minute before it gives up: the other tests run meanwhile.
    site.web.put('fallback.ipxe', `#!ipxe\nimgfetch ${site.web.url}/fell-back ||\nexit 1\n`)
    await useDnsmasq()
    await linkTo(apiUrl(0), { ipxe_fallback_script: 'fallback.ipxe' })
    refused = await Machine.start(site.lab, { name: 'refused', firmware: 'bios', macs: [active] })
    await refused.untilConsole('/v1/boot/', 60)
    await stopDhcp()
  })
  afterEach(() => stopDhcp())
  afterAll(async () => {
    await site?.close()
  })

  it.each(['bios', 'uefi'] as const)(
    '%s, through dnsmasq, with a script from a conductor on another host',
    async (firmware) => {
      const mac = macOf(firmware)
      await useDnsmasq()
      const api = firmware === 'bios' ? 0 : 1
      await linkTo(apiUrl(api))
      const owner = await site.owner(mac)
      const booted = await bootMachine(site, { firmware, macs: [mac] })
      expect(booted.console).toContain(`${apiUrl(api)}/v1/boot/${mac.replaceAll(':', '-')}/boot.ipxe`)
      expect(booted.kernelFrom).toBe(`${owner.host.ip}:8080`)
      expect(owner.host.ip).not.toBe(site.api(api).host.ip)
      expect(booted.report.mac).toBe(mac)
      expect(booted.report.cmdline).toContain(`BOOTIF=${mac}`)
      expect(booted.report.cmdline).toContain('console=ttyS0')
    },
  )

  /** The server, and whatever else it takes. */
  const startServers = async (server: string): Promise<LabProcess[]> => {
    if (server === 'dnsmasq') return [await startDnsmasq(site.dhcp, { bootUrl: rootScriptUrl() })]
    // They give out no files and send no router advertisements.
    const aside = [await startTftpServer(site.dhcp, tftpFolder(site.dhcp)), await startDnsmasq(site.dhcp, {})]
    const start = server === 'Kea' ? startKea : startDhcpd
    return [...aside, await start(site.dhcp, rootScriptUrl())]
  }

  it.each(Object.entries(through))('through %s, machines of several kinds', async (server, { machines, others }) => {
    for (const { name, content } of loaderFiles) site.web.put(name, content)
    dhcpServers = await startServers(server)
    await linkTo(apiUrl(1))
    const since = site.web.requests.length
    const loading = others.map(async (kind, index) => {
      const name = `${server.at(-1)}-other-${index}`
      const machine = await Machine.start(site.lab, { name, ...kind, macs: [`52:54:00:77:00:c${index}`] })
      try {
        await machine.untilConsole(efiMark(kind.firmware === 'uefi-arm64' ? 'arm64' : 'ia32'), 170)
        await machine.untilOff(20)
      } finally {
        await machine.kill()
      }
    })
    const booting = machines.map(async ([name, kind]) => {
      const { report } = await bootMachine(site, { ...kind, macs: [macOf(name)] })
      expect(report.mac).toBe(macOf(name))
    })
    await Promise.all([...booting, ...loading])
    const kinds = [...others, ...machines.map(([, kind]) => kind)]
    const byTftp = [...(dhcpServers[0]?.output ?? '').matchAll(/sent \S+\/([\w.-]+) to/g)].map(([, file]) => file)
    const byHttp = site.web.requests.slice(since).map(({ path }) => path.slice(1))
    const loadersOf = (which: Kind[]) => new Set(which.map(({ firmware }) => loaderOf[firmware]))
    expect(new Set(byTftp)).toEqual(loadersOf(kinds.filter(({ plainNics }) => plainNics)))
    expect(new Set(byHttp.filter((file) => file.endsWith('.efi')))).toEqual(
      loadersOf(kinds.filter(({ httpBoot }) => httpBoot)),
    )
  })

  it('chain-loaded over TFTP, BIOS: another iPXE loads undionly.kpxe', async () => {
    site.web.put(
      'chain-load.ipxe',
      [
        '#!ipxe',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: iPXE's own variables
        'iseq ${netX/chip} undionly || chain --autofree tftp://${next-server}/undionly.kpxe',
        `chain --autofree --replace ${rootScriptUrl()}`,
        '',
      ].join('\n'),
    )
    await useDnsmasq(`${site.web.url}/chain-load.ipxe`)
    await linkTo(apiUrl(0))
    const booted = await bootMachine(site, { firmware: 'bios', macs: [macOf('undionly')] })
    expect(booted.console).toContain('undionly.kpxe... ok')
    expect(booted.report.mac).toBe(macOf('undionly'))
  })

  it('with TLS for management, and a plain-HTTP proxy for firmware', async () => {
    const mac = macOf('proxy')
    const host = await site.host('proxy.lab.example', 31)
    const proxy = await startTlsProxy(
      host,
      site.apis.map((api) => `${api.host.urlHost}:6385`),
    )
    await useDnsmasq()
    await linkTo(proxy.httpUrl)
    const path = `/v1/boot/${mac.replaceAll(':', '-')}/boot.ipxe`
    const booted = await bootMachine(site, { firmware: 'bios', macs: [mac] })
    expect(booted.console).toContain(`${proxy.httpUrl}${path}`)
    expect(booted.report.mac).toBe(mac)
    expect(await site.dhcp.http({ url: `${proxy.httpsUrl}${path}`, caFile: proxy.caFile })).toMatchObject({
      status: 200,
    })
  })

  it('the old way: the root script links to the files of the HTTP server', async () => {
    const mac = macOf('old-way')
    await useDnsmasq()
    const owner = await site.owner(mac)
    await site.serveRootScript(owner, { pxe: { ipxe_use_boot_config_api: false } })
    const booted = await bootMachine(site, { firmware: 'bios', macs: [mac] })
    expect(booted.console).not.toContain('/v1/boot/')
    expect(booted.kernelFrom).toBe(`${owner.host.ip}:8080`)
    expect(booted.report.mac).toBe(mac)
  })

  it('a machine of which only the second NIC is registered', async () => {
    await useDnsmasq()
    await linkTo(apiUrl(1))
    const booted = await bootMachine(site, { firmware: 'bios', macs: [unregistered, registered] })
    expect(booted.kernelFrom).toBe(`${(await site.owner(registered)).host.ip}:8080`)
    expect(booted.console).toContain(`${apiUrl(1)}/v1/boot/${registered.replaceAll(':', '-')}/boot.ipxe`)
  })

  it('although its conductor was killed after it had fetched the root script', async () => {
    const mac = macOf('orphan')
    await useDnsmasq()
    await linkTo(apiUrl(0))
    const owner = await site.owner(mac)
    const since = site.web.requests.length
    site.web.hold('/boot.ipxe')
    const booted = await bootMachine(site, { firmware: 'bios', macs: [mac] }, async () => {
      await site.web.untilRequest('the root script', ({ path }) => path === '/boot.ipxe', 60, since)
      await owner.process.kill()
      site.web.release('/boot.ipxe')
    })
    const survivors = site.conductors.filter((conductor) => conductor !== owner)
    expect(survivors.map(({ host }) => `${host.ip}:8080`)).toContain(booted.kernelFrom)
    expect(booted.report.mac).toBe(mac)
    await site.restart(owner)
  })

  it('although its conductor was killed while it fetched the kernel from there', async () => {
    const mac = macOf('half-way')
    await useDnsmasq()
    await linkTo(apiUrl(1))
    const owner = await site.owner(mac)
    const booted = await bootMachine(site, { firmware: 'bios', macs: [mac] }, async (machine) => {
      await machine.untilConsole('/deploy_kernel...', 60)
      await owner.process.kill()
    })
    expect(booted.kernelFrom).not.toBe(`${owner.host.ip}:8080`)
    expect(booted.report.mac).toBe(mac)
    await site.restart(owner)
  })

  it('not a node in active, which gets the same 404 as an unknown one, and at last the fallback script', async () => {
    const ask = async (mac: string) => {
      const { status, body, headers } = await site.dhcp.http({ url: `${apiUrl(0)}/v1/boot/${mac}/boot.ipxe` })
      return { status, body, headers: { ...headers, date: '', 'x-openstack-request-id': '' } }
    }
    expect(await ask(active)).toMatchObject({ status: 404 })
    expect(await ask(active)).toEqual(await ask(unregistered))
    await site.web.untilRequest('the fallback', ({ path }) => path === '/fell-back', 120)
    expect(refused.console).toContain(`/v1/boot/${active.replaceAll(':', '-')}/boot.ipxe...`)
    expect(refused.console).not.toContain('deploy_kernel')
    expect(site.web.reports().filter(({ mac }) => mac === active)).toEqual([])
    await refused.kill()
  })

  it('a node in active where the API does not restrict boot configuration', async () => {
    const { host, configFiles } = site.api(1)
    const open = site.settings({ api: { restrict_boot_config: false, port: 6386 }, bootring: { admin_port: 9400 } })
    const api = await startBootring(host, 'api', { configFiles: [...configFiles, open], adminPort: 9400 })
    await useDnsmasq()
    await linkTo(`http://${host.urlHost}:6386`)
    const booted = await bootMachine(site, { firmware: 'bios', macs: [active] })
    expect(booted.report.mac).toBe(active)
    await api.stop()
  })
})
