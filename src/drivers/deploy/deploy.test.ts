import { describe, expect, it } from 'vitest'
import { FakeTask } from '../../../test/support/fake-task.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeRecord } from '../../model/records.ts'
import type { Step } from '../interfaces.ts'

const step: Step = { interface: 'deploy', step: 'erase_devices', args: {}, priority: 10 }
const pxe = 'boot device {"boot_device":"pxe","persistent":false}'
const pxeForGood = 'boot device {"boot_device":"pxe","persistent":true}'

const node = (deploy: string, changes: Partial<NodeRecord> = {}): Partial<NodeRecord> => ({
  deploy_interface: deploy,
  provision_state: 'deploying',
  power_state: 'power on',
  ...changes,
})

describe('ramdisk deploy', () => {
  it('has the machine boot its own ramdisk, each time', async () => {
    const task = new FakeTask(node('ramdisk'))
    const { deploy } = task.hardware
    expect(await deploy.deploy(task, false)).toBe('done')
    expect(task.events).toEqual(['power off', 'prepare for active', pxeForGood, 'power on'])
    expect(task.boot.prepared).toMatchObject([
      { uuid: task.node.uuid, deployInterface: 'ramdisk', ports: [{ address: '52:54:00:12:34:56' }] },
    ])
    // Somebody else does it again.
    expect(await deploy.deploy(task, false)).toBe('done')
    expect(task.node.power_state).toBe('power on')
  })

  it('reboots a machine that must not be switched off', async () => {
    const task = new FakeTask(node('ramdisk', { disable_power_off: true, driver_internal_info: { agent_url: 'u' } }))
    expect(await task.hardware.deploy.deploy(task, false)).toBe('done')
    expect(task.node.power_state).toBe('power on')
    expect(task.node.driver_internal_info).not.toHaveProperty('agent_url')
  })

  it('leaves the machine off and without files when it ends, and can be told so twice', async () => {
    const task = new FakeTask(node('ramdisk', { provision_state: 'deleting' }))
    await task.hardware.deploy.tearDown(task)
    await task.hardware.deploy.tearDown(task)
    expect(task.events).toEqual(['power off', 'clean up', 'clean up'])
  })

  it('makes the files of an active node again where it is taken over, and leaves its power alone', async () => {
    const task = new FakeTask(node('ramdisk', { provision_state: 'active' }))
    await task.hardware.deploy.takeOver(task)
    expect(task.events).toEqual(['prepare for active'])
  })

  it.each<[object, string | undefined]>([
    [{ kernel: 'http://k', ramdisk: 'http://r' }, undefined],
    [{ boot_iso: 'http://i' }, undefined],
    [{ kernel: 'http://k' }, 'MissingParameter'],
    [{ image_source: 'http://i' }, 'MissingParameter'],
    [{}, 'MissingParameter'],
  ])('needs what is to boot: %j', async (instanceInfo, code) => {
    const task = new FakeTask(node('ramdisk', { instance_info: { ...instanceInfo } }))
    const check = async () => task.hardware.deploy.validate(task)
    if (code === undefined) {
      await check()
      expect(task.events).toEqual(['validate ramdisk with 1 ports'])
    } else await expect(check()).rejects.toMatchObject({ code })
  })

  it('fails where there is nothing to boot from, and switches nothing on', async () => {
    const task = new FakeTask(node('ramdisk'))
    task.boot.broken = new BootringError('ImageUnavailable', 'no image')
    await expect(task.hardware.deploy.deploy(task, false)).rejects.toMatchObject({ code: 'ImageUnavailable' })
    await expect(async () => task.hardware.deploy.validate(task)).rejects.toMatchObject({ code: 'ImageUnavailable' })
    expect(task.events).toEqual(['power off'])
  })
})

describe('direct deploy', () => {
  it('boots the agent and waits, and goes no further when it calls', async () => {
    const task = new FakeTask(node('direct', { power_state: 'power off' }))
    const { deploy } = task.hardware
    expect(await deploy.deploy(task, false)).toBe('wait')
    expect(task.events).toEqual(['prepare for wait call-back', pxe, 'power on'])
    expect(await deploy.deploy(task, true)).toBe('wait')
    expect(task.events).toHaveLength(3)
  })

  it('needs an image, and all that the agent needs', async () => {
    const task = new FakeTask(node('direct', { instance_info: { image_source: 'http://i' } }))
    await task.hardware.deploy.validate(task)
    expect(task.events).toEqual(['validate null with 1 ports'])
    task.node.instance_info = {}
    await expect(async () => task.hardware.deploy.validate(task)).rejects.toMatchObject({ code: 'MissingParameter' })
  })

  it('leaves the machine off and without files, and has nothing to take over', async () => {
    const task = new FakeTask(node('direct'))
    await task.hardware.deploy.takeOver(task)
    await task.hardware.deploy.tearDown(task)
    expect(task.events).toEqual(['power off', 'clean up'])
  })
})

describe.each(['direct', 'ramdisk'])('cleaning with %s', (name) => {
  it('has no steps by itself, and then does nothing', async () => {
    const task = new FakeTask(node(name, { provision_state: 'cleaning' }))
    const { deploy } = task.hardware
    expect(deploy.cleanSteps(task)).toEqual([])
    expect(await deploy.clean(task, [], false)).toBe('done')
    expect(task.events).toEqual([])
  })

  it.each([
    ['cleaning', 'clean wait'],
    ['servicing', 'service wait'],
  ])('boots the agent for steps while %s, and does not say that they were done', async (state, waiting) => {
    const task = new FakeTask(node(name, { provision_state: state, power_state: 'power off' }))
    const { deploy } = task.hardware
    expect(await deploy.clean(task, [step], false)).toBe('wait')
    expect(task.events).toEqual([`prepare for ${waiting}`, pxe, 'power on'])
    await expect(deploy.clean(task, [step], true)).rejects.toMatchObject({
      code: 'UnsupportedDriverExtension',
      message: expect.stringContaining('erase_devices'),
    })
  })

  it('has no step that needs no agent', async () => {
    const task = new FakeTask(node(name, { driver_internal_info: { cleaning_disable_ramdisk: true } }))
    await expect(task.hardware.deploy.clean(task, [step], false)).rejects.toMatchObject({ code: 'InvalidParameter' })
    expect(task.events).toEqual([])
  })

  it('leaves the machine off and without the files of the agent', async () => {
    const task = new FakeTask(node(name))
    await task.hardware.deploy.tearDownCleaning(task)
    expect(task.events).toEqual(['clean up', 'power off'])
  })
})

describe('fake deploy', () => {
  it('switches the machine on and off', async () => {
    const task = new FakeTask(node('fake', { power_state: null }))
    const { deploy } = task.hardware
    expect(await deploy.deploy(task, false)).toBe('done')
    await deploy.takeOver(task)
    await deploy.tearDown(task)
    expect(await deploy.clean(task, deploy.cleanSteps(task), false)).toBe('done')
    await deploy.tearDownCleaning(task)
    expect(task.events).toEqual(['power on', 'power off'])
  })

  it('waits for an agent where the node says so', async () => {
    const task = new FakeTask(node('fake', { power_state: null, driver_info: { fake_deploy_wait: true } }))
    const { deploy } = task.hardware
    expect(await deploy.deploy(task, false)).toBe('wait')
    expect(await deploy.deploy(task, true)).toBe('done')
    expect(await deploy.clean(task, [step], false)).toBe('wait')
    expect(await deploy.clean(task, [step], true)).toBe('done')
    expect(task.events).toEqual(['power on'])
  })

  it.each(['deploy', 'tear_down', 'take_over', 'clean', 'tear_down_cleaning'])(
    'fails in %s alone',
    async (operation) => {
      const task = new FakeTask(node('fake', { driver_info: { fake_deploy_fail: operation } }))
      const { deploy } = task.hardware
      const calls: Record<string, () => Promise<unknown>> = {
        deploy: () => deploy.deploy(task, false),
        tear_down: () => deploy.tearDown(task),
        take_over: () => deploy.takeOver(task),
        clean: () => deploy.clean(task, [step], false),
        tear_down_cleaning: () => deploy.tearDownCleaning(task),
      }
      for (const [name, call] of Object.entries(calls)) {
        if (name === operation) await expect(call()).rejects.toMatchObject({ code: 'HardwareFailed' })
        else await call()
      }
      await deploy.validate(task)
    },
  )
})
