import { afterAll, beforeAll, expect, it } from 'vitest'
import { faultsOf, notRefused, unknownMac, type WaitingMachine } from '../../lab/ironic/attached-answers.ts'
import { AttachedBootring } from '../../lab/ironic/attached-bootring.ts'
import { IronicInstallation } from '../../lab/ironic/ironic-installation.ts'
import { missingForIronic } from '../../lab/ironic/ironic-release.ts'
import { describeWith } from '../../support/describe-with.ts'

/*
 * bootring beside a real Ironic on SQLite: it reads the file while Ironic writes to it. There Ironic's conductors write no
 * heartbeats, so that only `online` counts.
 */

const release = 'newest'
const heartbeatTimeoutSeconds = 3

describeWith(missingForIronic(release), `every boot file of Ironic (${release}) on SQLite`, () => {
  let ironic: IronicInstallation
  let bootring: AttachedBootring
  let machines: WaitingMachine[]
  let enrolled: WaitingMachine

  beforeAll(async () => {
    const ini = { conductor: { heartbeat_interval: 1, heartbeat_timeout: heartbeatTimeoutSeconds } }
    ironic = await IronicInstallation.start({ release, database: 'sqlite', conductors: [{}, {}], ini })
    bootring = await AttachedBootring.start(ironic)
  })
  afterAll(async () => {
    await bootring?.stop()
    await ironic?.stop()
  })

  async function enrol(i: number): Promise<WaitingMachine> {
    const mac = `52:54:00:00:03:0${i}`
    const { uuid } = await ironic.client.enrol(ironic.node(`node-${i}`), [mac])
    return { uuid, mac, file: 'boot.ipxe', root: 'http' }
  }

  it('is returned by each API, and Ironic writes undisturbed while they are asked without a pause', async () => {
    let done = false
    const statuses = new Set<number>()
    let answers = 0
    const askOnAndOn = async (api: number) => {
      while (!done) {
        const asked = await Promise.all(
          [unknownMac, ...Array.from({ length: 7 }, (_, i) => `52:54:00:00:03:0${i}`)].map((mac) =>
            bootring.ask(api, mac),
          ),
        )
        for (const { status } of asked) statuses.add(status)
        answers += asked.length
      }
    }
    const asking = Promise.all(bootring.apis.map((_, api) => askOnAndOn(api)))
    try {
      machines = []
      for (let i = 0; i < 6; i += 1) {
        const machine = await enrol(i)
        machines.push(machine)
        await ironic.client.provision(machine.uuid, 'manage')
        await ironic.client.waitForState([machine.uuid], 'manageable')
        await ironic.client.provision(machine.uuid, 'provide')
        await ironic.client.waitForState([machine.uuid], 'clean wait')
      }
      enrolled = await enrol(6)
    } finally {
      done = true
      await asking
    }
    process.stdout.write(`${answers} answers while Ironic cleaned ${machines.length} nodes on SQLite\n`)
    expect([...statuses].sort()).toEqual([200, 404])
    expect(await faultsOf(machines, ironic, bootring)).toEqual([])
    expect(await notRefused([enrolled], bootring)).toEqual([])
  })

  it('comes from the owner that Ironic names, whose heartbeat is long past', async () => {
    const ring = JSON.parse((await bootring.run(['ring', '--json'])).stdout)
    const ours = ring.nodes.map(({ owner, uuid }: { owner: string; uuid: string }) => [uuid, owner])
    const ironics = (await ironic.client.nodes()).map(({ conductor, uuid }) => [uuid, conductor])
    expect(ours.sort()).toEqual(ironics.sort())
    const [{ mac }] = machines as [WaitingMachine]
    const explained = JSON.parse((await bootring.run(['explain', '--json', mac])).stdout)
    expect(explained.ring.conductors).toHaveLength(2)
    for (const { alive, seconds_since_heartbeat: age } of explained.ring.conductors) {
      expect(alive).toBe(true)
      expect(age).toBeGreaterThan(heartbeatTimeoutSeconds)
    }
    expect(await bootring.run(['config', 'check'])).toMatchObject({ code: 0 })
  })

  it('is gone when Ironic has torn the node down', async () => {
    for (const { uuid } of machines) {
      await ironic.client.provision(uuid, 'abort')
      await ironic.client.waitForState([uuid], 'clean failed')
    }
    expect(await notRefused(machines, bootring)).toEqual([])
  })
})
