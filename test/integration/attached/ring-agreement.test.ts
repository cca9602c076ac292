import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { AttachedBootring } from '../../lab/ironic/attached-bootring.ts'
import { type ConductorPlan, IronicInstallation } from '../../lab/ironic/ironic-installation.ts'
import { type IronicRelease, missingForIronic } from '../../lab/ironic/ironic-release.ts'
import { describeWith } from '../../support/describe-with.ts'
import { missingForMariadb } from '../../support/mariadb-server.ts'

/*
 * Nodes of a real Ironic: whoever its API names as a node's conductor owns the node by bootring's ring, while
 * conductors come and go.
 */

interface Case {
  name: string
  release: IronicRelease
  nodes: number
  conductors: ConductorPlan[]
  /** Groups of the nodes, in turn. */
  groups: string[]
  ini: Record<string, Record<string, string | number>>
  /** What happens to conductors, after each of which the rings must agree: who is then alive. */
  steps: Partial<Record<Step, number[]>>
}

type Step = 'one joins' | 'one is stopped' | 'one is killed' | 'the killed one is back'

const shaped = { DEFAULT: { hash_ring_algorithm: 'sha256', hash_partition_exponent: 7 } }

const cases: Case[] = [
  {
    name: 'as Ironic is by default',
    release: 'newest',
    nodes: 60,
    conductors: [{}, {}, {}],
    groups: [''],
    ini: {},
    steps: {
      'one joins': [0, 1, 2, 3],
      'one is stopped': [0, 2, 3],
      'one is killed': [0, 3],
      'the killed one is back': [0, 2, 3],
    },
  },
  {
    name: 'with groups, another algorithm and exponent, and ports in names',
    release: 'newest',
    nodes: 60,
    conductors: [{ group: 'rack1' }, { group: 'Rack1', rpcPort: 8090 }, {}, { rpcPort: 8091 }],
    groups: ['', 'rack1'],
    ini: shaped,
    steps: { 'one joins': [0, 1, 2, 3, 4], 'one is stopped': [0, 2, 3, 4] },
  },
  {
    name: 'with groups, another algorithm and exponent',
    release: 'debian',
    nodes: 60,
    conductors: [{ group: 'rack1' }, { group: 'Rack1' }, {}, {}],
    groups: ['', 'rack1'],
    ini: shaped,
    steps: { 'one joins': [0, 1, 2, 3, 4], 'one is stopped': [0, 2, 3, 4], 'one is killed': [0, 3, 4] },
  },
]

for (const { conductors, groups, ini, name, nodes: count, release, steps } of cases) {
  describeWith(missingForIronic(release) ?? missingForMariadb(), `the rings of Ironic (${release}), ${name}`, () => {
    let ironic: IronicInstallation
    let bootring: AttachedBootring

    afterAll(async () => {
      await bootring?.stop()
      await ironic?.stop()
    })

    /** Each node's owner by bootring's ring. */
    async function byBootring(): Promise<Record<string, string | null>> {
      const { code, stderr, stdout } = await bootring.run(['ring', '--json'])
      expect(code, stderr).toBe(0)
      const { nodes } = JSON.parse(stdout) as { nodes: { uuid: string; owner: string | null }[] }
      return Object.fromEntries(nodes.map(({ owner, uuid }) => [uuid, owner]))
    }

    /** The same by Ironic's API. It answers with an error while it does not know that a conductor is gone. */
    async function byIronic(): Promise<Record<string, string | null>> {
      const nodes = await ironic.client.nodes().catch(() => [])
      return Object.fromEntries(nodes.map(({ conductor, uuid }) => [uuid, conductor]))
    }

    /** Waits until each of these conductors owns a node and nobody else does: seconds. */
    async function followed(look: typeof byIronic, alive: readonly number[]): Promise<number> {
      const started = performance.now()
      const expected = alive.map((index) => ironic.conductorName(index)).sort()
      for (;;) {
        const owners = [...new Set(Object.values(await look()))].sort()
        const seconds = (performance.now() - started) / 1000
        if (owners.join() === expected.join()) return seconds
        if (seconds > 60) throw new Error(`the owners are ${owners.join()}, and not ${expected.join()}`)
        // A look is a process of ours, and all of Ironic's nodes.
        await sleep(1000)
      }
    }

    async function agreed(what: string, alive: readonly number[]): Promise<void> {
      const [bootringAfter, ironicAfter] = await Promise.all([followed(byBootring, alive), followed(byIronic, alive)])
      const seconds = `bootring had followed after ${bootringAfter.toFixed(1)} s, Ironic after ${ironicAfter.toFixed(1)} s`
      process.stdout.write(`Ironic ${release}, ${name}, ${what}: ${seconds}\n`)
      const ours = await byBootring()
      expect(Object.keys(ours)).toHaveLength(count)
      expect(ours).toEqual(await byIronic())
    }

    it(`agree on ${count} nodes`, async () => {
      ironic = await IronicInstallation.start({ release, database: 'mariadb', conductors, ini })
      bootring = await AttachedBootring.start(ironic, { apis: [{}], conductors: false })
      await Promise.all(
        Array.from({ length: count }, (_, i) =>
          ironic.client.enrol(ironic.node(`node-${i}`, { conductor_group: groups[i % groups.length] }), []),
        ),
      )
      await agreed('at first', [...conductors.keys()])
    })

    const act: Record<Step, () => Promise<unknown>> = {
      'one joins': () => ironic.addConductor(groups.length > 1 ? { group: 'rack1' } : {}),
      'one is stopped': () => ironic.stopConductor(1),
      'one is killed': () => ironic.killConductor(2),
      'the killed one is back': () => ironic.startConductor(2),
    }
    for (const [step, alive] of Object.entries(steps) as [Step, number[]][]) {
      it(`agree when ${step}`, async () => {
        await act[step]()
        await agreed(step, alive)
      })
    }
  })
}
