import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FakeTask } from '../../test/support/fake-task.ts'
import { interfaceTypes } from '../model/records.ts'
import { Rehearsal } from './fake/rehearsal.ts'
import { hardwareTypes } from './hardware-types.ts'

const page = readFileSync(new URL('../../docs/drivers.md', import.meta.url), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| `'))

describe('docs/drivers.md', () => {
  it('names the interfaces of both hardware types in their order', () => {
    for (const type of interfaceTypes) {
      const row = rows.find((line) => line.split('|')[1]?.includes(`\`${type}\``))
      const cells = row?.split('|') ?? []
      const [manual, fake] = [hardwareTypes['manual-management'][type], hardwareTypes['fake-hardware'][type]]
      const abbreviated = manual[0] === `no-${type}` && type !== 'bios'
      if (manual.length === 1 && (type === 'bios' || abbreviated)) {
        expect(cells[2]).toMatch(/no-bios/)
        expect(fake).toEqual(['fake', `no-${type}`])
      } else {
        const listed = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')
        expect(cells[2]?.trim(), type).toBe(listed(manual))
        expect(cells[3]?.trim(), type).toBe(listed(fake))
      }
    }
  })

  it('names every operation that may be told to fail', async () => {
    const asked = new Set<string>()
    class Asking extends Rehearsal {
      override async perform(_task: unknown, type: string, operation: string): Promise<void> {
        asked.add(`${type} ${operation}`)
      }
    }
    const task = new FakeTask({ power_state: 'power on' }, { rehearsal: new Asking() })
    const { deploy, inspect, management, power, rescue } = task.hardware
    const step = { interface: 'deploy', step: 'erase_devices', args: {}, priority: 1 }
    await power.getPowerState(task)
    await power.setPowerState(task, 'power off')
    await power.reboot(task)
    await management.getBootDevice(task)
    await management.setBootDevice(task, 'pxe', false)
    await management.getBootMode(task)
    await management.setBootMode(task, 'uefi')
    await management.getSecureBoot(task)
    await management.setSecureBoot(task, true)
    await management.injectNmi(task)
    await deploy.deploy(task, false)
    await deploy.takeOver(task)
    await deploy.clean(task, [step], false)
    await deploy.tearDownCleaning(task)
    await deploy.tearDown(task)
    await inspect.inspect(task)
    await inspect.continueInspection(task, {}, {})
    await inspect.abort(task)
    await rescue.rescue(task, false)
    await rescue.unrescue(task)
    await rescue.cleanUp(task)
    expect(asked.size).toBeGreaterThan(15)
    const operations = page.slice(page.indexOf('| type | operations |')).split('\n')
    for (const entry of asked) {
      const [type, operation] = entry.split(' ')
      expect(
        operations.find((line) => line.startsWith(`| \`${type}\``)),
        entry,
      ).toContain(`\`${operation}\``)
    }
  })
})
