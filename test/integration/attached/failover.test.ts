import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { faultOf, faultsOf, notRefused, pathOf, type WaitingMachine } from '../../lab/ironic/attached-answers.ts'
import { AttachedBootring } from '../../lab/ironic/attached-bootring.ts'
import { AttachedWatch } from '../../lab/ironic/attached-watch.ts'
import { ringResetSeconds } from '../../lab/ironic/ironic-config.ts'
import { IronicInstallation } from '../../lab/ironic/ironic-installation.ts'
import { missingForIronic } from '../../lab/ironic/ironic-release.ts'
import { cleanAll, provisionAll } from '../../lab/ironic/provisioning.ts'
import { describeWith } from '../../support/describe-with.ts'
import { missingForMariadb } from '../../support/mariadb-server.ts'

/*
 * Conductors of a real Ironic die, and bootring's beside them. Two bootrings stand beside the same Ironic: one that
 * replicates, with machines that ask without a pause, and a plain one.
 */

interface Machine extends WaitingMachine {
  /** The conductor that wrote its file, and the file. */
  owner: number
  script: Buffer
}

const release = 'newest'
const conductors = [0, 1, 2]

describeWith(missingForIronic(release) ?? missingForMariadb(), `conductors of Ironic (${release}) that die`, () => {
  let ironic: IronicInstallation
  let replicating: AttachedBootring
  let plain: AttachedBootring
  let machines: Machine[]

  beforeAll(async () => {
    ironic = await IronicInstallation.start({ release, database: 'mariadb', conductors: [{}, {}, {}] })
    const [dead, alive] = [urlOf(0), urlOf(1)]
    const replicate = { bootring: { replicate: true, image_url_map: `${dead}=${alive}` } }
    ;[replicating, plain] = await Promise.all([
      AttachedBootring.start(ironic, { ini: replicate }),
      AttachedBootring.start(ironic, { number: 1 }),
    ])
    machines = await waitingMachines(24)
    expect([...new Set(machines.map(({ owner }) => owner))].sort()).toEqual(conductors)
  })
  afterAll(async () => {
    await replicating?.stop()
    await plain?.stop()
    await ironic?.stop()
  })

  const urlOf = (conductor: number) => `http://${ironic.conductorHost(conductor).ip}:8080`
  const of = (owner: number) => machines.filter((machine) => machine.owner === owner)
  const notOf = (owner: number) => machines.filter((machine) => machine.owner !== owner)
  /** How many copies each conductor has. */
  const copies = () => conductors.map((conductor) => readdirSync(replicating.replicaPath(conductor)).length)

  /** As `[bootring]image_url_map` has it in the copies of conductor 0's files. */
  const replaced = ({ script }: Machine) => Buffer.from(script.toString().replaceAll(urlOf(0), urlOf(1)))

  async function waitingMachines(count: number): Promise<Machine[]> {
    const enrolled = await Promise.all(
      Array.from({ length: count }, async (_, i): Promise<WaitingMachine> => {
        const mac = `52:54:00:00:02:${i.toString(16).padStart(2, '0')}`
        // Every fourth one boots by GRUB.
        const grub = i % 4 === 3
        const node = ironic.node(`node-${i}`, grub ? { boot_interface: 'pxe' } : {})
        const { uuid } = await ironic.client.enrol(node, [mac])
        return { uuid, mac, file: grub ? 'grub.cfg' : 'boot.ipxe', root: grub ? 'tftp' : 'http' }
      }),
    )
    const uuids = enrolled.map(({ uuid }) => uuid)
    await provisionAll(ironic.client, uuids, 'manage', 'manageable')
    await cleanAll(ironic.client, uuids)
    const nodes = new Map((await ironic.client.nodes()).map((node) => [node.uuid, node]))
    return enrolled.map((machine) => {
      const owner = ironic.conductorNamed(nodes.get(machine.uuid)?.conductor ?? null)
      return { ...machine, owner, script: readFileSync(pathOf(machine, ironic, owner)) }
    })
  }

  /** A node's folder with a boot file of long ago; it appears with its age, as one that has always been there. */
  function putLeftover(folder: string): void {
    const prepared = join(ironic.folder, 'leftover')
    mkdirSync(prepared)
    writeFileSync(join(prepared, 'config'), '#!ipxe\necho a leftover\n')
    const longAgo = new Date(Date.now() - 86_400_000)
    utimesSync(join(prepared, 'config'), longAgo, longAgo)
    renameSync(prepared, folder)
  }

  async function until(
    what: string,
    reached: () => boolean | Promise<boolean>,
    pollMilliseconds = 200,
  ): Promise<number> {
    const started = performance.now()
    for (;;) {
      if (await reached()) return (performance.now() - started) / 1000
      if (performance.now() - started > 60_000) throw new Error(`a minute went by and not: ${what}`)
      await sleep(pollMilliseconds)
    }
  }

  /** Waits until the rings of both, Ironic and bootring, are those of these conductors alone. */
  async function followed(what: string, alive: readonly number[]): Promise<void> {
    const names = alive.map((index) => ironic.conductorName(index)).sort()
    const bootringHas = async () => {
      const { nodes } = JSON.parse((await plain.run(['ring', '--json'])).stdout) as { nodes: { owner: string }[] }
      return [...new Set(nodes.map(({ owner }) => owner))].sort().join() === names.join()
    }
    const ironicHas = async () => {
      const nodes = await ironic.client.nodes().catch(() => [])
      return [...new Set(nodes.map(({ conductor }) => conductor))].sort().join() === names.join()
    }
    const [ours, ironics] = await Promise.all([
      // Each look is a process of its own.
      until(`bootring's ring is that of ${names}`, bootringHas, 1000),
      until(`Ironic's ring is that of ${names}`, ironicHas, 1000),
    ])
    const seconds = `bootring had followed after ${ours.toFixed(1)} s, Ironic after ${ironics.toFixed(1)} s`
    process.stdout.write(`${what}: ${seconds}\n`)
  }

  /** What the plain bootring answers that is not the files as they were written. */
  async function faultsOfPlain(some: readonly Machine[]): Promise<(string | undefined)[]> {
    const faults = some.map(async ({ file, mac, script }) => faultOf(await plain.ask(0, mac, file), script))
    return (await Promise.all(faults)).filter((fault) => fault !== undefined)
  }

  /** While `work` goes on, no machine misses its script. */
  async function withoutGap(what: string, work: () => Promise<void>, { ringChanges = true } = {}): Promise<void> {
    const watch = new AttachedWatch(replicating, machines, (machine) => {
      const { owner, script } = machine as Machine
      return owner === 0 ? [script, replaced(machine as Machine)] : [script]
    })
    try {
      await work()
      if (ringChanges) await sleep((ringResetSeconds + 1) * 1000)
    } finally {
      const { answers, faults, slowestMilliseconds } = await watch.stop()
      const slowest = `the slowest took ${slowestMilliseconds.toFixed(0)} ms`
      process.stdout.write(`${what}: ${answers} answers, ${faults.length} wrong, ${slowest}\n`)
      expect(faults).toEqual([])
      expect(answers).toBeGreaterThan(100)
    }
  }

  it('leave copies of all their files with the others', async () => {
    expect(await faultsOf(machines, ironic, replicating)).toEqual([])
    expect(await faultsOf(machines, ironic, plain)).toEqual([])
    await expect.poll(copies, { timeout: 60_000 }).toEqual(conductors.map((conductor) => notOf(conductor).length))
  })

  it('with their host: the scripts stay served by copies, and only by copies', async () => {
    // Ironic leaves files on former owners, and one of those becomes the owner now.
    const once = of(0).find(({ root }) => root === 'http') as Machine
    const leftovers = [1, 2].map((conductor) => dirname(pathOf(once, ironic, conductor)))
    for (const leftover of leftovers) putLeftover(leftover)
    await withoutGap('a host is killed', async () => {
      await Promise.all([ironic.killConductor(0), replicating.killConductor(0), plain.killConductor(0)])
      // Nobody else has these files.
      expect(await notRefused(of(0), plain)).toEqual([])
      await followed('a host is killed', [1, 2])
    })
    for (const leftover of leftovers) rmSync(leftover, { recursive: true })
    expect(await notRefused(of(0), plain)).toEqual([])
    expect(await faultsOfPlain(notOf(0))).toEqual([])
    for (const machine of of(0)) {
      for (const api of [0, 1]) {
        const answer = await replicating.ask(api, machine.mac, machine.file)
        expect(faultOf(answer, replaced(machine))).toBeUndefined()
      }
    }
    expect(of(0).some((machine) => !replaced(machine).equals(machine.script))).toBe(true)
  })

  it('and come back serve their own files again', async () => {
    await withoutGap('a host is back', async () => {
      await Promise.all([replicating.startConductor(0), plain.startConductor(0), ironic.startConductor(0)])
      await followed('a host is back', conductors)
    })
    expect(await faultsOf(machines, ironic, replicating)).toEqual([])
    expect(await faultsOf(machines, ironic, plain)).toEqual([])
  })

  it("may be bootring's alone: copies are served until it is back", async () => {
    await withoutGap(
      "bootring's conductor alone is killed",
      async () => {
        await Promise.all([replicating.killConductor(1), plain.killConductor(1)])
        expect(await notRefused(of(1), plain)).toEqual([])
        await sleep(2000)
        await Promise.all([replicating.startConductor(1), plain.startConductor(1)])
      },
      { ringChanges: false },
    )
    expect(await faultsOf(machines, ironic, replicating)).toEqual([])
    expect(await faultsOf(machines, ironic, plain)).toEqual([])
  })

  it("may be Ironic's alone: its files stay served by copies, though its host no longer owns them", async () => {
    await withoutGap("Ironic's conductor alone is killed", async () => {
      await ironic.killConductor(2)
      // As long as it owns them by the ring, its host gives them out.
      expect(await faultsOfPlain(of(2))).toEqual([])
      await followed("Ironic's conductor alone is killed", [0, 1])
    })
    // The files are still there, but who owns the nodes now has none.
    for (const { uuid } of of(2)) expect(readFileSync(pathOf(find(uuid), ironic, 2))).toEqual(find(uuid).script)
    expect(await notRefused(of(2), plain)).toEqual([])
    await withoutGap("Ironic's conductor is back", async () => {
      await ironic.startConductor(2)
      await followed("Ironic's conductor is back", conductors)
    })
    expect(await faultsOf(machines, ironic, plain)).toEqual([])
  })

  const find = (uuid: string) => machines.find((machine) => machine.uuid === uuid) as Machine

  it('leave nothing when Ironic tears the nodes down: files and copies are gone', async () => {
    const kept = machines.slice(0, 6)
    const torn = machines.slice(6)
    const abort = async (some: readonly Machine[]) => {
      const uuids = some.map(({ uuid }) => uuid)
      await provisionAll(ironic.client, uuids, 'abort', 'clean failed')
      expect(await notRefused(some, replicating)).toEqual([])
      expect(await notRefused(some, plain)).toEqual([])
    }
    await abort(torn)
    expect(await faultsOf(kept, ironic, replicating)).toEqual([])
    const left = conductors.map((conductor) => kept.filter(({ owner }) => owner !== conductor).length)
    await expect.poll(copies, { timeout: 90_000 }).toEqual(left)
    await abort(kept)
    const started = performance.now()
    await expect.poll(copies, { timeout: 90_000 }).toEqual([0, 0, 0])
    const seconds = (performance.now() - started) / 1000
    process.stdout.write(`copies were gone ${seconds.toFixed(1)} s after the last teardown\n`)
  })
})
