import { describe, expect, it } from 'vitest'
import { FakeTask } from '../../../test/support/fake-task.ts'
import type { JsonObject } from '../../model/node.ts'
import { FakeBoot } from './fake-boot.ts'
import { Rehearsal, type RehearsalClock, validateRehearsal, waitsForAgent } from './rehearsal.ts'

/** Time passes at once, and is written down. */
function clock(random = 0): RehearsalClock & { slept: number[] } {
  const slept: number[] = []
  return {
    slept,
    random: () => random,
    sleep: async (milliseconds) => {
      slept.push(milliseconds)
    },
  }
}

/** How calls end, one after the other. */
async function outcomes(driverInfo: JsonObject, operations: string[]): Promise<string[]> {
  const task = new FakeTask({ driver_info: driverInfo })
  const ends: string[] = []
  for (const operation of operations) {
    const end = new Rehearsal().perform(task, 'deploy', operation)
    ends.push(await end.then(() => 'done').catch((error: { code: string }) => error.code))
  }
  return ends
}

describe('a rehearsal', () => {
  it.each([
    [{}, ['done', 'done', 'done']],
    [{ fake_deploy_fail: true }, ['HardwareFailed', 'HardwareFailed', 'HardwareFailed']],
    [{ fake_deploy_fail: 'True' }, ['HardwareFailed', 'HardwareFailed', 'HardwareFailed']],
    [{ fake_deploy_fail: false }, ['done', 'done', 'done']],
    [{ fake_deploy_fail: 2 }, ['HardwareFailed', 'HardwareFailed', 'done']],
    [{ fake_deploy_fail: '1' }, ['HardwareFailed', 'done', 'done']],
    [{ fake_deploy_fail: 'tear_down' }, ['done', 'HardwareFailed', 'done']],
    [{ fake_deploy_fail: 'deploy, clean' }, ['HardwareFailed', 'done', 'HardwareFailed']],
    [{ fake_power_fail: true }, ['done', 'done', 'done']],
  ])('with %j ends so', async (driverInfo, ends) => {
    expect(await outcomes(driverInfo, ['deploy', 'tear_down', 'clean'])).toEqual(ends)
  })

  it('counts in the row, where another conductor goes on', async () => {
    const task = new FakeTask({ driver_info: { fake_power_fail: 2 }, driver_internal_info: { kept: 1 } })
    await expect(new Rehearsal().perform(task, 'power', 'reboot')).rejects.toMatchObject({ code: 'HardwareFailed' })
    expect(task.node.driver_internal_info).toEqual({ kept: 1, fake_failures: { power: { of: 2, failed: 1 } } })
    await expect(new Rehearsal().perform(task, 'power', 'reboot')).rejects.toMatchObject({ code: 'HardwareFailed' })
    await new Rehearsal().perform(task, 'power', 'reboot')
    task.node.driver_info = { fake_power_fail: 3 }
    await expect(new Rehearsal().perform(task, 'power', 'reboot')).rejects.toMatchObject({ code: 'HardwareFailed' })
  })

  it('takes the time of the options, or of the node', async () => {
    const time = clock(0.75)
    const rehearsal = new Rehearsal({ power: { minSeconds: 2, maxSeconds: 4 } }, time)
    const task = new FakeTask()
    await rehearsal.perform(task, 'power', 'reboot')
    await rehearsal.perform(task, 'deploy', 'deploy')
    task.node.driver_info = { fake_power_delay: 0 }
    await rehearsal.perform(task, 'power', 'reboot')
    task.node.driver_info = { fake_power_delay: '10,10' }
    await rehearsal.perform(task, 'power', 'reboot')
    expect(time.slept).toEqual([3000, 10_000])
  })

  it('ends with the session, in the midst of waiting', async () => {
    const task = new FakeTask({ driver_info: { fake_power_delay: 3600 } })
    const switching = new Rehearsal().perform(task, 'power', 'reboot')
    task.controller.abort()
    await expect(switching).rejects.toMatchObject({ code: 'ConductorReplaced' })
    await expect(new Rehearsal().perform(new FakeTask(), 'power', 'reboot')).resolves.toBeUndefined()
  })

  it('waits for an agent where the node says so', () => {
    expect(waitsForAgent(new FakeTask({ driver_info: { fake_deploy_wait: 'true' } }), 'deploy')).toBe(true)
    expect(waitsForAgent(new FakeTask({ driver_info: { fake_deploy_wait: true } }), 'rescue')).toBe(false)
    expect(waitsForAgent(new FakeTask({ driver_info: { fake_deploy_wait: 'no' } }), 'deploy')).toBe(false)
  })

  it.each([
    [{ fake_boot_delay: '1,2', fake_boot_fail: 'prepare' }, undefined],
    [{ fake_boot_delay: null, fake_boot_fail: null }, undefined],
    [{ fake_boot_delay: 'soon' }, 'InvalidParameter'],
    [{ fake_boot_fail: {} }, 'InvalidParameter'],
    [{ fake_boot_fail: 2 }, 'InvalidParameter'],
    [{ fake_power_delay: 'soon' }, undefined],
  ])('checks %j', (driverInfo, code) => {
    const check = () => validateRehearsal(new FakeTask({ driver_info: driverInfo }), 'boot')
    if (code === undefined) check()
    else expect(check).toThrow(expect.objectContaining({ code }))
  })
})

describe('the fake boot interface', () => {
  it('takes its time and fails as told, without a task', async () => {
    const time = clock()
    const boot = new FakeBoot(new Rehearsal({ boot: { minSeconds: 1, maxSeconds: 1 } }, time))
    const node = { driverInfo: {}, uuid: 'u', ports: [] } as unknown as Parameters<FakeBoot['prepare']>[0]
    await boot.prepare(node)
    expect(time.slept).toEqual([1000])
    await expect(boot.prepare({ ...node, driverInfo: { fake_boot_fail: true } })).rejects.toMatchObject({
      code: 'HardwareFailed',
    })
    await expect(boot.getBootConfig(node, 'boot.ipxe')).rejects.toMatchObject({ code: 'UnsupportedDriverExtension' })
    expect(() => boot.validate(new FakeTask({ driver_info: { fake_boot_delay: 'x' } }))).toThrow()
  })
})
