import { beforeEach, expect, it } from 'vitest'
import { eachDatabase } from '../../../test/support/databases.ts'
import { ManagementConductor } from '../../../test/support/management-conductor.ts'
import type { NodeChanges } from '../../model/records.ts'
import type { Database } from '../../model/stores.ts'
import { toDoOf, withToDo } from '../hardware-changes/to-do.ts'
import { finishToDo } from './finish-to-do.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const fresh = { driver_internal_info: {}, provision_state: 'enroll' }

eachDatabase(
  (engine) => {
    let database: Database
    let heir: ManagementConductor
    let pass: () => Promise<void>

    beforeEach(async () => {
      database = await engine.database()
      heir = await ManagementConductor.register(database, { hostname: 'c2' })
      await heir.call('create_node', { node: { uuid, driver: 'fake-hardware' } })
      const finish = finishToDo({ own: heir.own, log: heir.log }, heir.tasks)
      pass = async () => {
        await finish()
        await heir.idle()
      }
    })
    const row = (changes: NodeChanges) => heir.row({ uuid, ...changes })

    it('does what a conductor that has died has noted down, once', async () => {
      const toDo = { power: { action: 'rebooting' }, boot_mode: 'uefi', secure_boot: true } as const
      await row({ target_power_state: 'power on', driver_internal_info: withToDo(fresh, toDo), maintenance: true })
      await pass()
      await pass()
      const node = await heir.node(uuid)
      expect(node).toMatchObject({
        power_state: 'power on',
        target_power_state: null,
        boot_mode: 'uefi',
        secure_boot: true,
        reservation: null,
        driver_internal_info: {},
      })
      expect(await heir.history(uuid)).toEqual([
        'INFO management: Changed the boot mode to "uefi"',
        'INFO management: Changed the secure boot to true',
        'INFO power: Power state changed to "power on" by "rebooting"',
      ])
    })

    it('leaves nodes alone that somebody holds', async () => {
      await row({ driver_internal_info: withToDo(fresh, { boot_mode: 'uefi' }) })
      await database.reservations.reserve(uuid, heir.session)
      await pass()
      expect(toDoOf(await heir.node(uuid))).toEqual({ boot_mode: 'uefi' })
    })

    it('gives up what was asked of the node in another state', async () => {
      const driver_internal_info = withToDo(fresh, { power: { action: 'power off' } })
      await row({ target_power_state: 'power off', power_state: 'power on', driver_internal_info })
      await row({ provision_state: 'wait call-back' })
      await pass()
      const node = await heir.node(uuid)
      expect(node).toMatchObject({ power_state: 'power on', target_power_state: null, driver_internal_info: {} })
      expect(node.last_error).toContain('power off')
    })

    it('is what is left where the session is lost in the middle', async () => {
      const doomed = await ManagementConductor.register(database, { hostname: 'c1' })
      await row({ driver_info: { fake_power_delay: '0.3' } })
      const switching = doomed.call('change_node_power_state', { node_id: uuid, target: 'rebooting' })
      await expect.poll(async () => (await heir.node(uuid)).target_power_state).toBe('power on')
      await database.conductors.unregister(doomed.session)
      await switching
      expect(await heir.node(uuid)).toMatchObject({ target_power_state: 'power on', reservation: null })
      await pass()
      expect(await heir.node(uuid)).toMatchObject({ power_state: 'power on', target_power_state: null })
    })
  },
  ['sqlite'],
)
