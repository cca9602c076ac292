import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBootring } from '../lab/bootring.ts'
import { AgentClient, missingForAgent } from '../lab/clients/agent-client.ts'
import { missingForClients } from '../lab/clients/missing-for-clients.ts'
import { clientEnvironment, OpenstackShell } from '../lab/clients/openstack-shell.ts'
import { startDnsmasq } from '../lab/dnsmasq.ts'
import { labImages } from '../lab/lab-images.ts'
import { Machine } from '../lab/machine.ts'
import { missingForLab } from '../lab/missing-for-lab.ts'
import { describeWith } from '../support/describe-with.ts'
import { bootMachine } from './boot-machine.ts'
import { Installation } from './installation.ts'

/*
 * `openstack baremetal node deploy`, and somebody switches the machine on: real iPXE, /v1/boot, Linux. A diskless machine
 * boots while its node is `active`, which takes an API with `[api]restrict_boot_config = False`.
 */

const diskless = '52:54:00:77:0d:01'
const withDisk = '52:54:00:77:0d:02'
const unknown = '52:54:00:77:0d:ff'
const pathOf = (mac: string) => `/v1/boot/${mac.replaceAll(':', '-')}/boot.ipxe`

const missing = missingForLab()[0] ?? missingForClients() ?? missingForAgent()

describeWith(missing, 'openstack baremetal node deploy, and a real machine', () => {
  let site: Installation
  let shell: OpenstackShell
  let apiUrl: string

  beforeAll(async () => {
    site = await Installation.start('ipv4', [])
    const { host, configFiles } = site.api(0)
    apiUrl = `http://${host.urlHost}:6386`
    const open = site.settings({
      DEFAULT: { auth_strategy: 'noauth' },
      api: { restrict_boot_config: false, port: 6386 },
      bootring: { admin_port: 9400 },
    })
    await startBootring(host, 'api', { configFiles: [...configFiles, open], adminPort: 9400 })
    await startDnsmasq(site.dhcp, { bootUrl: `${site.web.url}/boot.ipxe` })
    await site.serveRootScript(site.api(0), { pxe: { ipxe_config_api_root_url: apiUrl } })
    shell = new OpenstackShell(clientEnvironment(apiUrl), site.dhcp)
  })
  afterAll(async () => {
    await shell?.close()
    await site?.close()
  })

  const create = async (name: string, mac: string, ...more: string[]) => {
    const options = ['--name', name, '--driver', 'manual-management', '--property', 'cpu_arch=x86_64', ...more]
    const { uuid } = await shell.json<{ uuid: string }>('node', 'create', ...options)
    await shell.do('port', 'create', mac, '--node', uuid)
    await shell.bring(name, 'manage', 'manageable')
    await shell.bring(name, 'provide', 'available')
    return uuid
  }
  /** What firmware hears, but for what differs with each answer. */
  const ask = async (mac: string) => {
    const { body, headers, status } = await site.dhcp.http({ url: `${apiUrl}${pathOf(mac)}` })
    return { status, body, headers: { ...headers, date: '', 'x-openstack-request-id': '' } }
  }

  it('boots a diskless machine while its node is active, and not after it was undeployed', async () => {
    const images = ['kernel', 'ramdisk'].flatMap((image) => [
      '--instance-info',
      `${image}=file://${image === 'kernel' ? labImages.kernel : labImages.ramdisk}`,
    ])
    await create('diskless', diskless, '--deploy-interface', 'ramdisk')
    await shell.do('node', 'set', 'diskless', ...images, '--instance-info', 'ramdisk_kernel_arguments=lab.deployed=1')
    expect(await ask(unknown)).toMatchObject({ status: 404 })
    expect(await ask(diskless)).toEqual(await ask(unknown))

    await shell.bring('diskless', 'deploy', 'active')
    const { console, report } = await bootMachine(site, { firmware: 'bios', macs: [diskless] })
    expect(console).toContain(`${apiUrl}${pathOf(diskless)}`)
    expect(report).toMatchObject({ mac: diskless, cmdline: expect.stringContaining('lab.deployed=1') })
    expect(await shell.show('diskless')).toMatchObject({ provision_state: 'active', last_error: null })

    await shell.bring('diskless', 'undeploy', 'available')
    expect(await ask(diskless)).toEqual(await ask(unknown))
    const since = site.web.requests.length
    const machine = await Machine.start(site.lab, { name: 'undeployed', firmware: 'bios', macs: [diskless] })
    try {
      // Asks for longer than this before it gives up.
      await machine.untilConsole('asking again in', 120)
      expect(machine.console.replaceAll(/[\r\n]/g, '')).toContain(pathOf(diskless))
      expect(machine.console).not.toContain('Fetching')
      expect(site.web.reports(since)).toEqual([])
    } finally {
      await machine.kill()
    }
  })

  it('boots the agent on a machine with a disk, which looks its node up and is heard', async () => {
    const uuid = await create('with-disk', withDisk, '--deploy-interface', 'direct')
    const image = ['--instance-info', `image_source=${site.web.url}/disk.img`]
    await shell.do('node', 'set', 'with-disk', ...image, '--instance-info', `image_checksum=${'0'.repeat(32)}`)
    await shell.bring('with-disk', 'deploy', 'wait call-back')
    const { report } = await bootMachine(site, { firmware: 'bios', macs: [withDisk] })
    expect(report.mac).toBe(withDisk)

    // The laboratory's Linux is no agent: that one's code runs beside it, with what stood on the kernel's command line.
    const told = /ipa-api-url=(\S+)/.exec(report.cmdline)?.[1] ?? ''
    const agent = new AgentClient(told, site.dhcp)
    try {
      expect(await agent.lookup([withDisk])).toMatchObject({ node: { uuid } })
      await agent.heartbeat(uuid)
    } finally {
      await agent.close()
    }
    await shell.untilState('with-disk', 'wait call-back')
    expect(await shell.show('with-disk', 'driver_internal_info')).toMatchObject({
      last_error: null,
      driver_internal_info: { agent_url: 'http://192.0.2.1:9999' },
    })
    await shell.bring('with-disk', 'undeploy', 'available')
  })
})
