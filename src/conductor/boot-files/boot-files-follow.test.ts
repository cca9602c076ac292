import { beforeEach, describe, expect, it } from 'vitest'
import { aNodeRecord, aPortRecord } from '../../../test/support/management-records.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { BootInterface } from '../../drivers/boot/boot-interface.ts'
import { HardwareRegistry } from '../../drivers/hardware-registry.ts'
import type { NodeTask } from '../../drivers/interfaces.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeWithPorts } from '../../model/node.ts'
import type { NodeRecord } from '../../model/records.ts'
import { BootFilesFollow } from './boot-files-follow.ts'

/** Prepares when it is told to go on. */
class SlowBoot extends BootInterface {
  readonly prepared: string[] = []
  begun = 0
  goOn: () => void = () => undefined
  failure: Error | undefined
  override async prepare({ ports }: NodeWithPorts): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.goOn = resolve
    this.begun += 1
    await promise
    if (this.failure) throw this.failure
    this.prepared.push(ports.map(({ address }) => address).join(' '))
  }
}

describe('BootFilesFollow', () => {
  let boot: SlowBoot
  let node: NodeRecord | undefined
  let owner: string
  let removed: string[]
  let log: ReturnType<typeof recordingLogger>
  let follow: BootFilesFollow
  const uuid = aNodeRecord().uuid

  beforeEach(() => {
    boot = new SlowBoot('ipxe')
    node = aNodeRecord({ provision_state: 'wait call-back', network_interface: 'noop', boot_interface: 'ipxe' })
    owner = 'c1'
    removed = []
    log = recordingLogger()
    const enabled = { types: ['fake-hardware'], interfaces: fakes, defaults: {} }
    const registry = new HardwareRegistry({ enabled, bootInterfaceOf: () => boot })
    const unexpected = () => Promise.reject(new Error('it only looks'))
    const look = async (): Promise<NodeTask> => {
      if (!node) throw new BootringError('NodeNotFound', 'gone')
      const writes = { update: unexpected, updatePort: unexpected, updatePortgroup: unexpected, createPort: unexpected }
      const ports = [aPortRecord()]
      return {
        node,
        ports,
        portgroups: [],
        hardware: registry.hardwareOf(node),
        signal: AbortSignal.abort(),
        ...writes,
      }
    }
    follow = new BootFilesFollow({
      tasks: { look },
      rings: { owner: async () => owner },
      hostname: 'c1',
      remove: async (one) => void removed.push(one),
      log,
    })
  })

  it('prepares the files of a node that needs them, while nobody waits', async () => {
    follow.changed(uuid)
    expect(boot.prepared).toEqual([])
    await expect.poll(() => boot.begun).toBe(1)
    boot.goOn()
    await follow.idle()
    expect(boot.prepared).toEqual(['52:54:00:12:34:56'])
    expect(removed).toEqual([])
  })

  it('prepares once more where the node has changed meanwhile, however often', async () => {
    const prepare = boot.prepare.bind(boot)
    boot.prepare = async (one) => {
      const preparing = prepare(one)
      if (boot.begun === 1) for (let times = 0; times < 3; times += 1) follow.changed(uuid)
      boot.goOn()
      await preparing
    }
    follow.changed(uuid)
    await follow.idle()
    expect(boot.begun).toBe(2)
  })

  it.each(Array.from({ length: 10 }, (_, turns) => turns))(
    'misses no change %i turns after the last one was seen to',
    async (turns) => {
      boot.prepare = async () => {
        boot.begun += 1
        if (boot.begun > 1) return
        let later = Promise.resolve()
        for (let turn = 0; turn < turns; turn += 1) later = later.then()
        void later.then(() => follow.changed(uuid))
      }
      follow.changed(uuid)
      await expect.poll(() => boot.begun, { timeout: 30_000 }).toBe(2)
    },
  )

  it.each<[string, () => void]>([
    [
      'that needs none',
      () => (node = aNodeRecord({ provision_state: 'deploying', network_interface: 'noop', boot_interface: 'ipxe' })),
    ],
    ['of another conductor', () => (owner = 'c2')],
  ])('leaves the files of a node alone %s', async (_, set) => {
    set()
    follow.changed(uuid)
    await follow.idle()
    expect(boot.prepared).toEqual([])
    expect(removed).toEqual([])
  })

  it('removes those of a node that is gone', async () => {
    node = undefined
    follow.changed(uuid)
    await follow.idle()
    expect(removed).toEqual([uuid])
  })

  it('tells of a failure in the log, and goes on with the next change', async () => {
    boot.failure = new BootringError('ImageUnavailable', 'no kernel')
    const prepare = boot.prepare.bind(boot)
    boot.prepare = async (one) => {
      const preparing = prepare(one)
      boot.goOn()
      await preparing
    }
    follow.changed(uuid)
    await follow.idle()
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'error' }))
    boot.failure = undefined
    follow.changed(uuid)
    await follow.idle()
    expect(boot.prepared).toHaveLength(1)
  })
})

const fakes = {
  bios: ['fake'],
  boot: ['ipxe'],
  console: ['fake'],
  deploy: ['fake'],
  firmware: ['fake'],
  inspect: ['fake'],
  management: ['fake'],
  network: ['noop'],
  power: ['fake'],
  raid: ['fake'],
  rescue: ['fake'],
  storage: ['fake'],
  vendor: ['fake'],
}
