import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBootringControlPlane } from '../../lab/bootring-control-plane.ts'
import type { ControlPlane } from '../../lab/clients/control-plane.ts'
import { missingForClients } from '../../lab/clients/missing-for-clients.ts'
import { clientEnvironment, OpenstackShell, openstack } from '../../lab/clients/openstack-shell.ts'
import { describeWith } from '../../support/describe-with.ts'

/*
 * The whole life of nodes, by the command line client that people have: `openstack baremetal`.
 * Every expectation but those that say so was seen to hold for a real Ironic 39.0 as well: put `startIronicControlPlane`
 * (test/lab/clients/ironic-control-plane.ts) in place of `startBootringControlPlane` to see it again.
 */
const start = startBootringControlPlane

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const instance = '0b1c7b8e-0a0e-4c6c-9b1e-5cbf2d1f0001'

describeWith(missingForClients(), 'openstack baremetal: the life of a node', () => {
  let plane: ControlPlane
  let shell: OpenstackShell
  /** By name. */
  const uuids: Record<string, string> = {}

  beforeAll(async () => {
    plane = await start()
    shell = new OpenstackShell(clientEnvironment(plane.endpoint))
  })
  afterAll(async () => {
    await shell?.close()
    await plane?.stop()
  })

  it('creates nodes', async () => {
    const diskless = [
      ...['--name', 'diskless', '--driver', 'fake-hardware', '--resource-class', 'gold', '--extra', 'rack=7'],
      ...['--deploy-interface', 'ramdisk', '--boot-interface', 'ipxe', '--rescue-interface', 'fake'],
      ...['--driver-info', `deploy_kernel=${plane.kernel}`, '--driver-info', `deploy_ramdisk=${plane.ramdisk}`],
      ...['--driver-info', 'ipmi_password=hush', '--property', 'cpu_arch=x86_64'],
      ...['--property', 'capabilities=boot_mode:uefi'],
    ]
    const node = await shell.json<Record<string, unknown>>('node', 'create', ...diskless)
    expect(node).toMatchObject({
      uuid: expect.stringMatching(uuidPattern),
      name: 'diskless',
      driver: 'fake-hardware',
      provision_state: 'enroll',
      target_provision_state: null,
      power_state: null,
      maintenance: false,
      reservation: null,
      deploy_interface: 'ramdisk',
      boot_interface: 'ipxe',
      rescue_interface: 'fake',
      network_interface: 'noop',
      power_interface: 'fake',
      resource_class: 'gold',
      extra: { rack: 7 },
      properties: { cpu_arch: 'x86_64', capabilities: 'boot_mode:uefi' },
      instance_info: {},
      instance_uuid: null,
      conductor: plane.conductor,
      conductor_group: '',
      // Secrets are masked.
      driver_info: { deploy_kernel: plane.kernel, deploy_ramdisk: plane.ramdisk, ipmi_password: '******' },
    })
    expect(Date.parse(String(node.created_at))).not.toBeNaN()
    uuids.diskless = String(node.uuid)
    expect((await shell.show('diskless', 'driver_info')).driver_info).toMatchObject({ ipmi_password: '******' })

    const fake = ['--driver', 'fake-hardware', '--deploy-interface', 'fake', '--boot-interface', 'fake']
    for (const name of ['bare', 'spare']) {
      const created = await shell.json<{ uuid: string }>('node', 'create', '--name', name, ...fake)
      uuids[name] = created.uuid
    }
    const manual = await shell.json('node', 'create', '--name', 'manual', '--driver', 'manual-management')
    expect(manual).toMatchObject({
      driver: 'manual-management',
      deploy_interface: 'direct',
      management_interface: 'noop',
    })
  })

  it('validates, and says what is missing', async () => {
    await shell.do('port', 'create', '52:54:00:aa:00:01', '--node', uuids.diskless ?? '')
    const images = ['--instance-info', `kernel=${plane.kernel}`, '--instance-info', `ramdisk=${plane.ramdisk}`]
    const results = async (node: string) => {
      type Row = { Interface: string; Result: boolean; Reason: string }
      const rows = await shell.json<Row[]>('node', 'validate', node)
      return Object.fromEntries(rows.map(({ Interface, Result, Reason }) => [Interface, Result || Reason]))
    }
    expect(await results('diskless')).toMatchObject({
      deploy: expect.stringMatching(/./),
      management: true,
      network: true,
      power: true,
    })
    await shell.do('node', 'set', 'diskless', ...images)
    expect(await results('diskless')).toMatchObject({ boot: true, deploy: true, power: true })
    await shell.do('node', 'unset', 'diskless', '--instance-info', 'kernel', '--instance-info', 'ramdisk')
    expect((await shell.show('diskless', 'instance_info')).instance_info).toEqual({})
  })

  it('manages, cleans and provides', async () => {
    // The client waits by itself.
    expect(await shell.do('node', 'manage', 'bare', '--wait', '60')).toBe(
      'Waiting for provision state manageable on node bare\n',
    )
    await shell.bring('spare', 'manage', 'manageable')
    expect(await shell.show('bare')).toMatchObject({ target_provision_state: null })

    await shell.bring('bare', 'clean', 'manageable', '--clean-steps', JSON.stringify([plane.cleanStep]))
    expect(await shell.show('bare', 'clean_step')).toMatchObject({ last_error: null, clean_step: {} })

    await shell.bring('bare', 'provide', 'available')
    expect(await shell.show('bare')).toMatchObject({ target_provision_state: null, last_error: null })
    expect(await shell.refused('node', 'provide', 'bare')).toMatch(
      new RegExp(
        `The requested action "provide" can not be performed on node "${uuids.bare}" while it is in state "available"\\. \\(HTTP 400\\)`,
      ),
    )
  })

  it('cleans by hand with the agent, and aborts what waits for it', async () => {
    await shell.bring('diskless', 'manage', 'manageable')
    const steps = JSON.stringify([{ interface: 'deploy', step: 'erase_devices_metadata' }])
    await shell.bring('diskless', 'clean', 'clean wait', '--clean-steps', steps)
    expect(await shell.show('diskless')).toMatchObject({
      target_provision_state: 'manageable',
      power_state: 'power on',
    })
    await shell.bring('diskless', 'abort', 'clean failed')
    expect((await shell.show('diskless')).last_error).toMatch(/abort/)
    expect(await shell.refused('node', 'inspect', 'diskless')).toMatch(
      /"inspect" can not be performed .* in state "clean failed"\. \(HTTP 400\)/,
    )
    await shell.bring('diskless', 'manage', 'manageable')
    expect(await shell.refused('node', 'clean', 'diskless', '--clean-steps', '{"interface": "deploy"}')).toMatch(
      /clean_steps.*\(HTTP 400\)/s,
    )
  })

  it('inspects; meanwhile the node is locked', async () => {
    await shell.do('node', 'inspect', 'spare')
    expect(await shell.show('spare', 'reservation')).toMatchObject({
      provision_state: 'inspecting',
      target_provision_state: 'manageable',
      reservation: plane.conductor,
    })
    // Not by the client, which tries again.
    const answer = await fetch(`${plane.endpoint}/v1/nodes/${uuids.spare}/maintenance`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
    expect(answer.status).toBe(409)
    const words = await answer.text()
    for (const word of [uuids.spare, plane.conductor]) expect(words).toContain(word)
    await shell.do('node', 'set', 'spare', '--description', 'after inspection')
    const inspected = await shell.show('spare', 'description', 'inspection_finished_at')
    expect(inspected).toMatchObject({
      provision_state: 'manageable',
      description: 'after inspection',
      last_error: null,
    })
    expect(Date.parse(String(inspected.inspection_finished_at))).not.toBeNaN()
  })

  it('adopts', async () => {
    await shell.bring('spare', 'adopt', 'active')
    expect(await shell.show('spare')).toMatchObject({ target_provision_state: null, last_error: null })
  })

  it('protects', async () => {
    await shell.do('node', 'set', 'spare', '--protected', '--protected-reason', 'precious')
    expect(await shell.show('spare', 'protected', 'protected_reason')).toMatchObject({
      protected: true,
      protected_reason: 'precious',
    })
    expect(await shell.refused('node', 'undeploy', 'spare')).toMatch(/protected.*\(HTTP 403\)/s)
    await shell.do('node', 'unset', 'spare', '--protected')
    expect(await shell.show('spare', 'protected', 'protected_reason')).toMatchObject({
      protected: false,
      protected_reason: null,
    })
  })

  it('deploys a diskless machine, rescues it and takes it out of use', async () => {
    await shell.do('node', 'set', 'diskless', '--no-automated-clean')
    await shell.bring('diskless', 'provide', 'available')
    // Nothing to boot.
    expect(await shell.refused('node', 'deploy', 'diskless')).toMatch(/\(HTTP 400\)/)
    const images = ['--instance-info', `kernel=${plane.kernel}`, '--instance-info', `ramdisk=${plane.ramdisk}`]
    await shell.do('node', 'set', 'diskless', ...images, '--instance-uuid', instance)
    expect(await shell.do('node', 'deploy', 'diskless', '--wait', '60')).toBe(
      'Waiting for provision state active on node diskless\n',
    )
    expect(await shell.show('diskless', 'instance_uuid', 'deploy_step', 'automated_clean')).toMatchObject({
      provision_state: 'active',
      target_provision_state: null,
      power_state: 'power on',
      last_error: null,
      instance_uuid: instance,
      deploy_step: {},
      automated_clean: false,
    })
    expect(await shell.json('node', 'show', '--instance', instance, '--fields', 'name')).toEqual({ name: 'diskless' })

    await shell.bring('diskless', 'rescue', 'rescue', '--rescue-password', 'let me in')
    expect(await shell.show('diskless', 'instance_info')).toMatchObject({
      target_provision_state: null,
      instance_info: { rescue_password: '******' },
    })
    await shell.bring('diskless', 'unrescue', 'active')
    expect(await shell.show('diskless')).toMatchObject({ power_state: 'power on' })

    await shell.bring('diskless', 'undeploy', 'available')
    expect(await shell.show('diskless', 'instance_uuid', 'instance_info')).toMatchObject({
      power_state: 'power off',
      instance_uuid: null,
      instance_info: {},
    })
  })

  it('switches machines on and off', async () => {
    const power = (wanted: string) =>
      expect
        .poll(async () => await shell.show('bare', 'target_power_state'), { timeout: 30_000, interval: 200 })
        .toMatchObject({ power_state: wanted, target_power_state: null })
    for (const [verb, wanted] of [
      [['power', 'on'], 'power on'],
      [['power', 'off'], 'power off'],
      [['reboot'], 'power on'],
      [['power', 'off', '--soft', '--power-timeout', '20'], 'power off'],
    ] as const) {
      await shell.do('node', ...verb.slice(0, 2), 'bare', ...verb.slice(2))
      await power(wanted)
    }
  })

  it('sets boot device and boot mode', async () => {
    await shell.do('node', 'boot', 'device', 'set', 'bare', 'pxe', '--persistent')
    expect(await shell.json('node', 'boot', 'device', 'show', 'bare')).toMatchObject({ boot_device: 'pxe' })
    expect(await shell.json('node', 'boot', 'device', 'show', 'bare', '--supported')).toMatchObject({
      supported_boot_devices: expect.stringContaining('pxe'),
    })
    expect(await shell.refused('node', 'boot', 'device', 'set', 'bare', 'wanboot')).toMatch(/wanboot.*\(HTTP 400\)/s)
    await shell.do('node', 'boot', 'mode', 'set', 'bare', 'uefi')
    await shell.do('node', 'secure', 'boot', 'on', 'bare')
  })

  it('retires', async () => {
    await shell.bring('bare', 'manage', 'manageable')
    await shell.do('node', 'set', 'bare', '--retired', '--retired-reason', 'old')
    expect(await shell.show('bare', 'retired', 'retired_reason')).toMatchObject({
      retired: true,
      retired_reason: 'old',
    })
    expect(await shell.names('--retired')).toEqual(['bare'])
    expect(await shell.refused('node', 'provide', 'bare')).toMatch(/retired/)
    await shell.do('node', 'unset', 'bare', '--retired')
    expect(await shell.names('--retired')).toEqual([])
  })

  // Ironic keeps errors alone.
  it('tells the history of a node', async () => {
    const entries = await shell.json<{ UUID: string; 'Description of the event': string }[]>(
      ...['node', 'history', 'list', 'diskless'],
    )
    const told = entries.map((entry) => entry['Description of the event']).join('\n')
    for (const [from, to] of [
      ['enroll', 'verifying'],
      ['clean wait', 'clean failed'],
      ['deploying', 'active'],
      ['rescue', 'unrescuing'],
      ['cleaning', 'available'],
    ])
      expect(told).toContain(`"${from}" to "${to}"`)
    const entry = entries.find((one) => one['Description of the event'].includes('"clean wait" to "clean failed"'))
    expect(entry?.UUID).toMatch(uuidPattern)
    expect(await shell.json('node', 'history', 'get', 'diskless', entry?.UUID ?? '')).toMatchObject({
      uuid: entry?.UUID,
      event: entry?.['Description of the event'],
      conductor: plane.conductor,
    })
  })

  it('by processes of its own, as people run it, deletes nodes', async () => {
    const env = clientEnvironment(plane.endpoint)
    const [shown, missing] = await Promise.all([
      openstack(env, 'node', 'show', 'manual', '-f', 'value', '-c', 'provision_state'),
      openstack(env, 'node', 'delete', 'nosuch'),
    ])
    expect(shown).toMatchObject({ code: 0, stdout: 'enroll\n' })
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('Node nosuch could not be found') })
    expect(await shell.do('node', 'delete', 'manual', 'diskless')).toBe('Deleted node manual\nDeleted node diskless\n')
    expect(await shell.names('--sort', 'name')).toEqual(['bare', 'spare'])
    // With their ports.
    expect(await shell.json('port', 'list')).toEqual([])
    // Not by the client, which would try again.
    const refused = await fetch(`${plane.endpoint}/v1/nodes/${uuids.spare}`, { method: 'DELETE' })
    expect(refused.status).toBe(409)
    expect(await refused.text()).toMatch(/state \\*"active/)
    await shell.do('node', 'maintenance', 'set', 'spare')
    await shell.do('node', 'delete', 'spare', 'bare')
    expect(await shell.json('node', 'list')).toEqual([])
  })
})
