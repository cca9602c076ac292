import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBootringControlPlane } from '../../lab/bootring-control-plane.ts'
import { AgentClient, missingForAgent } from '../../lab/clients/agent-client.ts'
import type { ControlPlane } from '../../lab/clients/control-plane.ts'
import { RestClient } from '../../lab/clients/rest-client.ts'
import { describeWith } from '../../support/describe-with.ts'

/*
 * The agent's own code (ironic-python-agent) looks its node up and says that it is alive. All but the last test was seen to
 * hold for a real Ironic 39.0 as well: put `startIronicControlPlane` (test/lab/clients/ironic-control-plane.ts) in place of
 * `startBootringControlPlane` to see it again. There, a heartbeat has Ironic call the agent, which is not there.
 */
const start = startBootringControlPlane

const mac = '52:54:00:ab:00:01'
const otherNic = '52:54:00:ab:00:02'

describeWith(missingForAgent(), "the agent's own client code", () => {
  let plane: ControlPlane
  let rest: RestClient
  let agent: AgentClient
  let uuid: string

  beforeAll(async () => {
    plane = await start()
    rest = new RestClient(plane.endpoint)
    agent = new AgentClient(plane.endpoint)
    const driver_info = { deploy_kernel: plane.kernel, deploy_ramdisk: plane.ramdisk, ipmi_password: 'hush' }
    const node = { name: 'machine', driver: 'fake-hardware', deploy_interface: 'direct', boot_interface: 'ipxe' }
    uuid = await rest.createNode({ ...node, driver_info }, [mac])
  })
  afterAll(async () => {
    await agent?.close()
    await plane?.stop()
  })

  const clean = async () => {
    const steps = [{ interface: 'deploy', step: 'erase_devices_metadata' }]
    await rest.provision(uuid, 'clean', 'clean wait', { clean_steps: steps })
  }

  it('finds nothing while its node waits for no agent', async () => {
    expect(await agent.lookup([mac])).toBeNull()
  })

  it('finds its node by one of its addresses, and gets a token, once for each boot', async () => {
    await clean()
    // Before the one that is its own.
    const found = await agent.lookup([otherNic, mac])
    expect(found?.node).toMatchObject({ uuid, instance_info: {}, driver_internal_info: expect.anything() })
    expect(JSON.stringify(found)).not.toContain('hush')
    expect(found?.config.heartbeat_timeout).toBeGreaterThan(0)
    expect(found?.config.agent_token).toMatch(/^[\w-]{32,}$/)
    // A machine that boots another system and asks in the same way is told no secret.
    const second = await agent.lookup([mac])
    expect(second?.node.uuid).toBe(uuid)
    expect(second?.config.agent_token).toBe('******')
    expect(await agent.lookup([], uuid)).toMatchObject({ node: { uuid } })
    const shown = await rest.ask('GET', `/nodes/${uuid}`)
    expect(JSON.stringify(shown)).not.toContain(found?.config.agent_token)
  })

  it('is not told of nodes by addresses that nobody has', async () => {
    expect(await agent.lookup([otherNic])).toBeNull()
    const answer = await fetch(`${plane.endpoint}/v1/lookup?addresses=${otherNic}`)
    expect(answer.status).toBe(404)
  })

  it('is refused with a wrong token', async () => {
    const stranger = new AgentClient(plane.endpoint)
    // 400 of Ironic; bootring does not tell a stranger that there is such a node.
    await expect(stranger.heartbeat(uuid, 'x'.repeat(43))).rejects.toThrow(/HeartbeatError.*Error 40[04]/)
    await stranger.close()
    expect(await rest.ask('GET', `/nodes/${uuid}`)).toMatchObject({ provision_state: 'clean wait' })
  })

  it('gets another token for the next boot', async () => {
    const first = (await rest.ask('GET', `/nodes/${uuid}`)).driver_internal_info
    expect(first).not.toMatchObject({ agent_url: expect.anything() })
    await rest.provision(uuid, 'abort', 'clean failed')
    expect(await agent.lookup([mac])).toBeNull()
    await rest.provision(uuid, 'manage', 'manageable')
    await clean()
    expect((await agent.lookup([mac]))?.config.agent_token).toMatch(/^[\w-]{32,}$/)
    await rest.provision(uuid, 'abort', 'clean failed')
    await rest.provision(uuid, 'manage', 'manageable')
  })

  it('is heard in wait call-back', async () => {
    const image = { image_source: 'http://images.example/disk.img', image_checksum: 'd41d8cd98f00b204e9800998ecf8427e' }
    await rest.ask('PATCH', `/nodes/${uuid}`, [
      { op: 'add', path: '/automated_clean', value: false },
      { op: 'add', path: '/instance_info', value: image },
    ])
    await rest.provision(uuid, 'provide', 'available')
    await rest.provision(uuid, 'active', 'wait call-back')
    expect(await agent.lookup([mac])).toMatchObject({ node: { uuid } })
    await agent.heartbeat(uuid)
    await agent.heartbeat(uuid)
    await rest.untilState(uuid, 'wait call-back')
    expect(await rest.ask('GET', `/nodes/${uuid}`)).toMatchObject({
      last_error: null,
      driver_internal_info: {
        agent_url: 'http://192.0.2.1:9999',
        agent_version: expect.stringMatching(/^\d/),
        agent_last_heartbeat: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    })
    await rest.provision(uuid, 'deleted', 'available')
    expect(await agent.lookup([mac])).toBeNull()
  })
})
