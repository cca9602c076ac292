import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/model/stores.ts'
import { eachDatabase } from '../support/databases.ts'
import { fleetNode } from '../support/fleet-node.ts'
import { ProvisioningConductor } from '../support/provisioning-conductor.ts'

const steps = [{ interface: 'deploy', step: 'erase_devices' }]

eachDatabase(
  (engine) => {
    let database: Database
    let conductor: ProvisioningConductor
    let node: string

    beforeEach(async () => {
      database = await engine.database()
      conductor = await ProvisioningConductor.register(database)
      node = randomUUID()
    })

    /** A node in a state, by verbs. */
    async function bringTo(state: 'manageable' | 'available' | 'active', driver_info = {}): Promise<void> {
      await conductor.enrol(node, { driver_info, rescue_interface: 'fake' })
      await conductor.act(node, 'manage')
      if (state === 'manageable') return
      await conductor.set(node, { automated_clean: false })
      await conductor.act(node, 'provide')
      if (state === 'available') return
      await conductor.set(node, { instance_uuid: randomUUID() })
      await conductor.call('do_node_deploy', { node_id: node, rebuild: false })
      if ((await conductor.state(node)) === 'wait call-back') await conductor.agentBoots(node)
      expect(await conductor.state(node)).toBe('active')
    }

    describe('the life of a node', () => {
      it('from its enrolment to its end', async () => {
        await conductor.enrol(node, { rescue_interface: 'fake' })
        await conductor.act(node, 'manage')
        await conductor.call('inspect_hardware', { node_id: node })
        await conductor.act(node, 'provide')
        await conductor.call('do_node_deploy', { node_id: node, rebuild: false, configdrive: 'H4sI' })
        expect(await conductor.node(node)).toMatchObject({
          provision_state: 'active',
          target_provision_state: null,
          instance_info: { configdrive: 'H4sI' },
          power_state: 'power on',
          reservation: null,
          last_error: null,
        })
        await conductor.call('do_node_rescue', { node_id: node, rescue_password: 'secret' })
        await conductor.call('do_node_unrescue', { node_id: node })
        await conductor.call('do_node_service', { node_id: node, service_steps: steps, disable_ramdisk: false })
        await conductor.call('do_node_deploy', { node_id: node, rebuild: true })
        await conductor.call('do_node_tear_down', { node_id: node })
        expect(await conductor.node(node)).toMatchObject({
          provision_state: 'available',
          instance_info: {},
          instance_uuid: null,
          power_state: 'power off',
        })
        await conductor.act(node, 'manage')
        await conductor.call('do_node_clean', { node_id: node, clean_steps: steps, disable_ramdisk: false })
        await conductor.act(node, 'adopt')
        expect(await conductor.way(node)).toEqual([
          ...['verifying', 'manageable', 'inspecting', 'manageable', 'cleaning', 'available', 'deploying', 'active'],
          ...['rescuing', 'rescue', 'unrescuing', 'active', 'servicing', 'active', 'deploying', 'active'],
          ...['deleting', 'cleaning', 'available', 'manageable', 'cleaning', 'manageable', 'adopting', 'active'],
        ])
      })

      it('waits for its agent wherever it boots one', async () => {
        await bringTo('manageable', { fake_deploy_wait: true, fake_inspect_wait: true, fake_rescue_wait: true })
        await conductor.call('inspect_hardware', { node_id: node })
        expect(await conductor.state(node)).toBe('inspect wait')
        const inventory = { cpu: { count: 8 } }
        await conductor.call('continue_inspection', { node_id: node, inventory, plugin_data: { logs: 'x', more: 1 } })
        expect(await conductor.state(node)).toBe('manageable')
        const { id, inspection_finished_at } = await conductor.node(node)
        expect(inspection_finished_at).not.toBeNull()
        expect(await database.management.inventory(id)).toEqual({ inventory_data: inventory, plugin_data: { more: 1 } })
        const waits: [string, () => Promise<unknown>, string][] = [
          ['clean wait', () => conductor.act(node, 'provide'), 'available'],
          ['wait call-back', () => conductor.call('do_node_deploy', { node_id: node, rebuild: false }), 'active'],
          [
            'rescue wait',
            () => conductor.call('do_node_rescue', { node_id: node, rescue_password: 'secret' }),
            'rescue',
          ],
          ['clean wait', () => conductor.call('do_node_tear_down', { node_id: node }), 'available'],
        ]
        for (const [waiting, verb, end] of waits) {
          await verb()
          expect(await conductor.node(node)).toMatchObject({
            provision_state: waiting,
            reservation: null,
            conductor_affinity: conductor.session.conductorId,
          })
          await conductor.agentBoots(node)
          expect(await conductor.state(node)).toBe(end)
        }
      })

      it('goes to manageable after cleaning where it is to be retired', async () => {
        await bringTo('active')
        await conductor.set(node, { retired: true, automated_clean: null })
        await conductor.call('do_node_tear_down', { node_id: node })
        expect(await conductor.state(node)).toBe('manageable')
        await expect(conductor.act(node, 'provide')).rejects.toMatchObject({ code: 'InvalidParameter' })
      })
    })

    describe('what is refused', () => {
      it('by state, maintenance, protection and what the interfaces say, with nothing changed', async () => {
        await bringTo('available', { fake_deploy_delay: 'soon' })
        const deploy = () => conductor.call('do_node_deploy', { node_id: node, rebuild: false })
        await expect(deploy()).rejects.toMatchObject({ code: 'InvalidParameter' })
        await expect(conductor.act(node, 'provide')).rejects.toMatchObject({ code: 'InvalidStateRequested' })
        await expect(conductor.act(node, 'abort')).rejects.toMatchObject({ code: 'InvalidStateRequested' })
        await expect(conductor.act(node, 'explode')).rejects.toMatchObject({ code: 'InvalidParameter' })
        await conductor.set(node, { driver_info: {}, maintenance: true })
        await expect(deploy()).rejects.toMatchObject({ code: 'NodeInMaintenance' })
        await conductor.set(node, { maintenance: false })
        await deploy()
        await conductor.set(node, { protected: true })
        const rebuilt = conductor.call('do_node_deploy', { node_id: node, rebuild: true })
        await expect(rebuilt).rejects.toMatchObject({ code: 'NodeProtected' })
        const deleted = conductor.call('do_node_tear_down', { node_id: node })
        await expect(deleted).rejects.toMatchObject({ code: 'NodeProtected' })
        expect(await conductor.node(node)).toMatchObject({ provision_state: 'active', reservation: null })
      })

      it('while somebody works on the node, with the holder named', async () => {
        await bringTo('available')
        const other = await database.conductors.register('c2', '', [])
        await database.reservations.reserve(node, other)
        await expect(conductor.act(node, 'manage')).rejects.toMatchObject({
          code: 'NodeLocked',
          message: expect.stringContaining('c2'),
        })
      })
    })

    describe('what fails', () => {
      it.each([
        ['verifying', { fake_power_fail: true }, 'enroll', 'Failed to verify'],
        ['deploying', { fake_deploy_fail: 'deploy' }, 'deploy failed', 'Failed to deploy'],
        ['deleting', { fake_deploy_fail: 'tear_down' }, 'error', 'Failed to tear down'],
        ['inspecting', { fake_inspect_fail: 'inspect' }, 'inspect failed', 'Failed to inspect'],
        ['adopting', { fake_deploy_fail: 'take_over' }, 'adopt failed', 'Failed to adopt'],
        ['rescuing', { fake_rescue_fail: 'rescue' }, 'rescue failed', 'Failed to rescue'],
      ])('%s is told by state, last_error and history', async (work, driver_info, state, message) => {
        if (work === 'verifying') await conductor.enrol(node)
        else
          await bringTo(
            work === 'inspecting' || work === 'adopting' ? 'manageable' : work === 'deploying' ? 'available' : 'active',
          )
        await conductor.set(node, { driver_info })
        if (work === 'verifying') await conductor.act(node, 'manage')
        if (work === 'deploying') await conductor.call('do_node_deploy', { node_id: node, rebuild: false })
        if (work === 'deleting') await conductor.call('do_node_tear_down', { node_id: node })
        if (work === 'inspecting') await conductor.call('inspect_hardware', { node_id: node })
        if (work === 'adopting') await conductor.act(node, 'adopt')
        if (work === 'rescuing') await conductor.call('do_node_rescue', { node_id: node, rescue_password: 'secret' })
        const row = await conductor.node(node)
        expect(row).toMatchObject({ provision_state: state, reservation: null, maintenance: false })
        expect(row.last_error).toContain(message)
        expect(row.instance_info).not.toHaveProperty('rescue_password')
        const history = await database.management.history(row.id, { limit: 10 })
        expect(history.filter(({ severity }) => severity === 'ERROR').map(({ event }) => event)).toContain(
          row.last_error,
        )
      })

      it('in a step of cleaning also puts the node into maintenance', async () => {
        await bringTo('manageable', { fake_deploy_fail: 'clean' })
        await conductor.call('do_node_clean', { node_id: node, clean_steps: steps, disable_ramdisk: false })
        expect(await conductor.node(node)).toMatchObject({
          provision_state: 'clean failed',
          target_provision_state: 'manageable',
          maintenance: true,
          fault: 'clean failure',
          clean_step: {},
        })
        await conductor.act(node, 'manage')
        expect(await conductor.state(node)).toBe('manageable')
      })
    })

    describe('abort', () => {
      it.each([
        ['clean wait', 'clean failed'],
        ['wait call-back', 'deploy failed'],
        ['inspect wait', 'inspect failed'],
        ['rescue wait', 'rescue failed'],
        ['service wait', 'active'],
      ])('in %s leads to %s, with the machine put in order', async (waiting, end) => {
        const from = /clean|inspect/.test(waiting)
          ? 'manageable'
          : waiting === 'wait call-back'
            ? 'available'
            : 'active'
        await bringTo(from)
        await conductor.set(node, {
          driver_info: { fake_deploy_wait: true, fake_inspect_wait: true, fake_rescue_wait: true },
        })
        if (waiting === 'clean wait')
          await conductor.call('do_node_clean', { node_id: node, clean_steps: steps, disable_ramdisk: false })
        if (waiting === 'wait call-back') await conductor.call('do_node_deploy', { node_id: node, rebuild: false })
        if (waiting === 'inspect wait') await conductor.call('inspect_hardware', { node_id: node })
        if (waiting === 'rescue wait')
          await conductor.call('do_node_rescue', { node_id: node, rescue_password: 'secret' })
        if (waiting === 'service wait')
          await conductor.call('do_node_service', { node_id: node, service_steps: steps, disable_ramdisk: false })
        expect(await conductor.state(node)).toBe(waiting)
        await conductor.act(node, 'abort')
        const row = await conductor.node(node)
        expect(row).toMatchObject({ provision_state: end, reservation: null })
        expect(row.last_error).toContain('aborted')
        expect(row.driver_internal_info).not.toHaveProperty('clean_up_owed')
        expect(row.instance_info).not.toHaveProperty('rescue_password')
      })
    })

    describe('agents', () => {
      it('get a token once for each boot, and need it in each heartbeat', async () => {
        await bringTo('available', { fake_deploy_wait: true })
        await conductor.call('do_node_deploy', { node_id: node, rebuild: false })
        const { agent_token } = await conductor.call('get_node_with_token', { node_id: node })
        expect(agent_token).toHaveLength(43)
        expect(await conductor.call('get_node_with_token', { node_id: node })).toEqual({ agent_token: '******' })
        for (const wrong of ['', '******', agent_token.slice(1), `${agent_token}x`]) {
          await expect(conductor.beat(node, wrong)).rejects.toMatchObject({ code: 'InvalidParameter' })
        }
        expect(await conductor.state(node)).toBe('wait call-back')
        await conductor.act(node, 'abort')
        await conductor.call('do_node_deploy', { node_id: node, rebuild: false })
        await expect(conductor.beat(node, agent_token)).rejects.toMatchObject({ code: 'InvalidParameter' })
        const next = await conductor.agentBoots(node)
        expect(next).not.toBe(agent_token)
        expect(JSON.stringify(conductor.log.lines)).not.toContain(agent_token)
        expect(JSON.stringify(conductor.log.lines)).not.toContain(next)
      })

      it('are written down, and do nothing while the node is in maintenance', async () => {
        await bringTo('available', { fake_deploy_wait: true })
        await conductor.call('do_node_deploy', { node_id: node, rebuild: false })
        await conductor.call('set_node_maintenance', { node_id: node, maintenance: true })
        const token = await conductor.agentBoots(node)
        const row = await conductor.node(node)
        expect(row.provision_state).toBe('wait call-back')
        expect(row.driver_internal_info).toMatchObject({
          agent_url: 'https://192.0.2.7:9999',
          agent_version: '11.0.0',
          agent_last_heartbeat: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+$/),
        })
        await conductor.call('set_node_maintenance', { node_id: node, maintenance: false })
        await conductor.beat(node, token)
        expect(await conductor.state(node)).toBe('active')
      })

      it('that say no version are refused, and those of a node at rest do nothing', async () => {
        await bringTo('available', { fake_deploy_wait: true })
        const said = { node_id: node, callback_url: 'https://192.0.2.7:9999', agent_token: 'x' }
        await expect(conductor.call('heartbeat', said)).rejects.toMatchObject({ code: 'InvalidParameter' })
        const { agent_token } = await conductor.call('get_node_with_token', { node_id: node })
        await conductor.beat(node, agent_token)
        expect(await conductor.state(node)).toBe('available')
      })

      it('of direct deployments are heard once, and the wait then times out', async () => {
        await bringTo('available')
        await conductor.set(node, { deploy_interface: 'direct', instance_info: { image_source: 'http://images/x' } })
        await conductor.call('do_node_deploy', { node_id: node, rebuild: false })
        expect(conductor.boot.prepared).toEqual(['wait call-back'])
        const token = await conductor.agentBoots(node)
        await conductor.beat(node, token)
        await conductor.beat(node, token)
        expect((await conductor.way(node)).slice(-4)).toEqual([
          'deploying',
          'wait call-back',
          'deploying',
          'wait call-back',
        ])
        const impatient = await ProvisioningConductor.register(database, 'c1', {
          OS_CONDUCTOR__DEPLOY_CALLBACK_TIMEOUT: '1',
        })
        await impatient.wait(1.2)
        await impatient.upkeep('waits')
        const { last_error, provision_state } = await impatient.node(node)
        expect(provision_state).toBe('deploy failed')
        expect(last_error).toContain('its agent has called')
      })
    })

    describe('time-outs', () => {
      it('fail what has waited for too long, and nothing else', async () => {
        await bringTo('available', { fake_deploy_wait: true })
        await conductor.call('do_node_deploy', { node_id: node, rebuild: false })
        await conductor.upkeep('waits')
        expect(await conductor.state(node)).toBe('wait call-back')
        const impatient = await ProvisioningConductor.register(database, 'c1', {
          OS_CONDUCTOR__DEPLOY_CALLBACK_TIMEOUT: '1',
        })
        await impatient.wait(1.2)
        await impatient.set(node, { maintenance: true })
        await impatient.upkeep('waits')
        expect(await impatient.state(node)).toBe('wait call-back')
        await impatient.set(node, { maintenance: false })
        await impatient.upkeep('waits')
        expect(await impatient.node(node)).toMatchObject({ provision_state: 'deploy failed', reservation: null })
      })

      it('leave alone what a fleet file has put into a wait state', async () => {
        const waiting = fleetNode({ uuid: node, provisionState: 'wait call-back' })
        await database.fleet.apply([waiting], { prune: false, dryRun: false })
        const impatient = await ProvisioningConductor.register(database, 'c1', {
          OS_CONDUCTOR__DEPLOY_CALLBACK_TIMEOUT: '1',
        })
        await impatient.wait(1.2)
        await impatient.upkeep('waits')
        expect(await impatient.node(node)).toMatchObject({ provision_state: 'wait call-back', reservation: null })
      })
    })

    describe('after a death', () => {
      it('the next owner does the work again, from what the row says', async () => {
        await bringTo('manageable')
        await conductor.set(node, { driver_info: { fake_deploy_delay: '600' } })
        await conductor.callOnly('do_node_clean', { node_id: node, clean_steps: steps, disable_ramdisk: false })
        expect(await conductor.node(node)).toMatchObject({ provision_state: 'cleaning', reservation: 'c1' })
        const heir = await ProvisioningConductor.register(database, 'c2')
        await heir.upkeep('work that was left')
        expect(await heir.node(node)).toMatchObject({ reservation: 'c1' })
        await database.conductors.unregister(conductor.session)
        await heir.set(node, { driver_info: {} })
        await heir.upkeep('work that was left')
        expect(await heir.node(node)).toMatchObject({ provision_state: 'manageable', reservation: null })
        expect(heir.log.lines.some(({ message }) => message.includes('takes up the work'))).toBe(true)
      })

      it('what was promised to be done to the hardware is done, however long ago the membership has changed', async () => {
        await bringTo('manageable', {})
        await conductor.set(node, { driver_info: { fake_management_delay: '600' } })
        await conductor.callOnly('change_node_boot_mode', { node_id: node, target: 'uefi' })
        await database.conductors.unregister(conductor.session)
        const heir = await ProvisioningConductor.register(database, 'c2')
        await heir.set(node, { driver_info: {}, maintenance: true })
        await heir.upkeep('work that was left')
        expect(await heir.node(node)).toMatchObject({ boot_mode: 'uefi', reservation: null })
      })

      it('what an abort has left undone is put in order', async () => {
        await bringTo('manageable', { fake_deploy_wait: true })
        await conductor.call('do_node_clean', { node_id: node, clean_steps: steps, disable_ramdisk: false })
        await conductor.set(node, { driver_info: { fake_deploy_delay: '600' } })
        await conductor.callOnly('do_provisioning_action', { node_id: node, action: 'abort' })
        expect(await conductor.node(node)).toMatchObject({ provision_state: 'clean failed', power_state: 'power on' })
        await database.conductors.unregister(conductor.session)
        const heir = await ProvisioningConductor.register(database, 'c2')
        await heir.set(node, { driver_info: {} })
        await heir.upkeep('work that was left')
        const row = await heir.node(node)
        expect(row).toMatchObject({ provision_state: 'clean failed', power_state: 'power off', reservation: null })
        expect(row.driver_internal_info).not.toHaveProperty('clean_up_owed')
      })
    })

    describe('power synchronisation', () => {
      it('puts a node whose machine can not be asked into maintenance, and takes it out again', async () => {
        await bringTo('active')
        await conductor.set(node, { driver_info: { fake_power_fail: 'get_power_state' } })
        for (let pass = 0; pass < 3; pass += 1) await conductor.upkeep('power')
        expect((await conductor.node(node)).maintenance).toBe(false)
        await conductor.upkeep('power')
        expect(await conductor.node(node)).toMatchObject({
          maintenance: true,
          fault: 'power failure',
          power_state: 'error',
          provision_state: 'active',
        })
        await conductor.upkeep('power failures')
        expect((await conductor.node(node)).maintenance).toBe(true)
        await conductor.set(node, { driver_info: {}, power_state: 'power on' })
        await conductor.upkeep('power failures')
        expect(await conductor.node(node)).toMatchObject({ maintenance: false, maintenance_reason: null, fault: null })
      })
    })

    it('keeps as much of the history as it is to', async () => {
      await bringTo('active')
      const { id } = await conductor.node(node)
      const brief = await ProvisioningConductor.register(database, 'c1', {
        OS_CONDUCTOR__NODE_HISTORY_MAX_ENTRIES: '2',
      })
      await brief.upkeep('node history')
      expect(await database.management.history(id, { limit: 100 })).toHaveLength(2)
      const silent = await ProvisioningConductor.register(database, 'c1', { OS_CONDUCTOR__NODE_HISTORY: 'false' })
      await silent.call('do_node_tear_down', { node_id: node })
      expect(await database.management.history(id, { limit: 100 })).toHaveLength(2)
    })
  },
  ['sqlite'],
)
