import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeTask } from '../../../test/support/fake-task.ts'
import { BootringError } from '../../model/errors.ts'
import { readInventory } from './inventory.ts'

/** As ironic-python-agent sends it, in parts. */
const inventory = {
  interfaces: [
    { name: 'eth0', mac_address: '52:54:00:12:34:56', has_carrier: true },
    { name: 'eth1', mac_address: '52:54:00:AB:CD:EF' },
    { name: 'lo', mac_address: null },
  ],
  cpu: { architecture: 'x86_64', count: 8, model_name: 'x' },
  memory: { total: 8_000_000_000, physical_mb: 8192 },
  disks: [
    { name: '/dev/sda', size: 20 * 1024 ** 3 },
    { name: '/dev/sdb', size: 100.5 * 1024 ** 3 },
  ],
  boot: { current_boot_mode: 'uefi', pxe_interface: '01-52-54-00-ab-cd-ef' },
}

describe('inspection by the agent', () => {
  it('boots the agent and waits', async () => {
    const task = new FakeTask({ inspect_interface: 'agent', power_state: 'power off' })
    const { inspect } = task.hardware
    await inspect.validate(task)
    expect(await inspect.inspect(task)).toBe('wait')
    expect(task.events).toEqual([
      'validate null with 1 ports',
      'prepare for inspect wait',
      'boot device {"boot_device":"pxe","persistent":false}',
      'power on',
    ])
  })

  it('writes what the agent has found, adds ports that nobody knew, and switches off', async () => {
    const task = new FakeTask({
      inspect_interface: 'agent',
      power_state: 'power on',
      properties: { cpu_arch: 'unknown', capabilities: 'x:y' },
    })
    await task.hardware.inspect.continueInspection(task, inventory, {})
    expect(task.node.properties).toEqual({
      cpu_arch: 'x86_64',
      cpus: 8,
      memory_mb: 8192,
      local_gb: 100,
      capabilities: 'x:y',
    })
    expect(task.node.boot_mode).toBe('uefi')
    expect(task.ports.map(({ address }) => address)).toEqual(['52:54:00:12:34:56', '52:54:00:ab:cd:ef'])
    expect(task.ports[1]).toMatchObject({ pxe_enabled: true, uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(task.events).toEqual(['clean up', 'power off'])
    // The conductor died before it said so: the same again.
    await task.hardware.inspect.continueInspection(task, inventory, {})
    expect(task.ports).toHaveLength(2)
  })

  it('changes nothing by an inventory without a NIC', async () => {
    const task = new FakeTask({ inspect_interface: 'agent' })
    const { inspect } = task.hardware
    await expect(inspect.continueInspection(task, { ...inventory, interfaces: [] }, {})).rejects.toMatchObject({
      code: 'InvalidParameter',
    })
    expect(task.node.properties).toEqual({})
    expect(task.events).toEqual([])
  })

  it('is aborted', async () => {
    const task = new FakeTask({ inspect_interface: 'agent', power_state: 'power on' })
    await task.hardware.inspect.abort(task)
    expect(task.events).toEqual(['clean up', 'power off'])
  })
})

describe('an inventory', () => {
  it('is read with the NIC first that the machine has booted from', () => {
    expect(readInventory(inventory).nics).toEqual(['52:54:00:ab:cd:ef', '52:54:00:12:34:56'])
  })

  it('may lack anything but NICs', () => {
    expect(readInventory({ interfaces: inventory.interfaces })).toMatchObject({ properties: {}, bootMode: undefined })
  })

  it('of any kind is read, or refused', () => {
    const anything = fc.record(
      Object.fromEntries(Object.keys(inventory).map((key) => [key, fc.jsonValue()])) as Record<
        string,
        fc.Arbitrary<unknown>
      >,
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(anything, (found) => {
        try {
          expect(readInventory(found).nics.length).toBeGreaterThan(0)
        } catch (error) {
          if (!(error instanceof BootringError && error.code === 'InvalidParameter')) throw error
        }
      }),
    )
  })
})

describe('inspection without an agent', () => {
  it('is done at once, or after a call of an agent where the node says so', async () => {
    const task = new FakeTask()
    const { inspect } = task.hardware
    expect(await inspect.inspect(task)).toBe('done')
    task.node.driver_info = { fake_inspect_wait: true }
    expect(await inspect.inspect(task)).toBe('wait')
    await inspect.continueInspection(task, {}, {})
    await inspect.abort(task)
    task.node.driver_info = { fake_inspect_fail: true }
    await inspect.validate(task)
    for (const call of [
      () => inspect.inspect(task),
      () => inspect.continueInspection(task, {}, {}),
      () => inspect.abort(task),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'HardwareFailed' })
  })

  it('is refused where there is none', async () => {
    const task = new FakeTask({ inspect_interface: 'no-inspect' })
    const { inspect } = task.hardware
    for (const call of [
      async () => inspect.validate(task),
      () => inspect.inspect(task),
      () => inspect.continueInspection(task, {}, {}),
      () => inspect.abort(task),
    ])
      await expect(call()).rejects.toMatchObject({
        code: 'UnsupportedDriverExtension',
        message: 'Driver fake-hardware does not support inspect (disabled or not implemented).',
      })
  })
})
