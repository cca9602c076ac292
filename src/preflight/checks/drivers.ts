import type { Conductor } from '../../model/conductor.ts'
import type { NodeWithPorts } from '../../model/node.ts'
import { about, type Check } from '../check.ts'
import type { Report } from '../finding.ts'
import type { World } from '../world.ts'

type Problem = Pick<Report, 'severity' | 'message' | 'remedy'>

export const drivers: Check = {
  name: 'drivers',
  title: "Living conductors offer each node's driver and boot interface in its conductor group; none is dead.",
  begin(world) {
    const conductors = world.conductors()
    const offers = world.offers()
    // Whoever waits for them hears of the failure.
    conductors.catch(() => undefined)
    offers?.catch(() => undefined)
    // Nodes are many, and of few kinds; conductors offer thousands of interfaces.
    const known = new Map<string, Promise<Problem | undefined>>()
    return {
      async node({ node }) {
        const { bootInterface, conductorGroup, driver } = node
        const kind = JSON.stringify([conductorGroup, driver, bootInterface])
        const problem = known.get(kind) ?? problemOf(node, world, conductors, offers)
        known.set(kind, problem)
        const found = await problem
        return found === undefined ? [] : [{ ...about(node), ...found }]
      },
      end: async () => (await conductors).flatMap((conductor) => dead(conductor, world)),
    }
  },
}

async function problemOf(
  { bootInterface: name, conductorGroup, driver }: Pick<NodeWithPorts, 'bootInterface' | 'conductorGroup' | 'driver'>,
  world: World,
  conductors: Promise<readonly Conductor[]>,
  offers: ReturnType<World['offers']>,
): Promise<Problem | undefined> {
  const group = (await conductors).filter((conductor) => conductor.conductorGroup === conductorGroup)
  const alive = group.filter((conductor) => conductor.alive)
  const named = conductorGroup === '' ? 'without a conductor group' : `in conductor group ${conductorGroup}`
  if (alive.length === 0)
    return {
      severity: 'error',
      message: `no conductor ${named} is alive`,
      remedy: "Start one with that [conductor]conductor_group, or correct the node's conductor_group.",
    }
  const offering = alive.filter((conductor) => conductor.drivers.includes(driver))
  if (offering.length === 0)
    return {
      severity: 'error',
      message: `no living conductor ${named} offers the driver ${driver}`,
      remedy: `Add ${driver} to [DEFAULT]enabled_hardware_types of a conductor there, or correct the node's driver.`,
    }
  return await withoutInterface(name ?? world.defaultBootInterface, driver, offering, offers)
}

async function withoutInterface(
  name: string,
  driver: string,
  offering: readonly Conductor[],
  offers: ReturnType<World['offers']>,
): Promise<Problem | undefined> {
  const known = await offers
  if (known === undefined) return undefined
  const lacking = offering.filter(
    ({ hostname }) =>
      !known.some(
        (offer) =>
          offer.hostname === hostname &&
          offer.hardwareType === driver &&
          offer.interfaceType === 'boot' &&
          offer.interfaceName === name,
      ),
  )
  if (lacking.length === 0) return undefined
  const all = lacking.length === offering.length
  return {
    severity: all ? 'error' : 'warning',
    message: all
      ? `no living conductor offers the boot interface ${name} for the driver ${driver}`
      : `the boot interface ${name} for the driver ${driver} is not offered by ${lacking.map(({ hostname }) => hostname).join(', ')}, which may have to stand in`,
    remedy: `Add ${name} to [DEFAULT]enabled_boot_interfaces of those conductors, or give the node another boot_interface.`,
  }
}

/** One that was stopped is gone for good or comes back: only one that never said good-bye is a fault. */
function dead({ alive, hostname, online, updatedAt }: Conductor, world: World): Report[] {
  if (alive || !online) return []
  const age = updatedAt === null ? undefined : Math.round((world.now().getTime() - updatedAt.getTime()) / 1000)
  return [
    {
      conductor: hostname,
      severity: 'warning',
      message: `is registered, and dead: ${age === undefined ? 'it was never heard from' : `last heard from ${age} s ago`}`,
      remedy: 'Start it again, or see why it can reach its database no longer.',
    },
  ]
}
