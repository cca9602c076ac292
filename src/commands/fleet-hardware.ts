import { hardwareTypes } from '../drivers/hardware-types.ts'
import type { FleetFault } from '../fleet/parse-fleet.ts'
import type { HardwareInterface } from '../model/conductor.ts'
import type { FleetNode } from '../model/stores.ts'

const interfaceFields = [
  { type: 'boot', key: 'bootInterface' },
  { type: 'deploy', key: 'deployInterface' },
] as const

/**
 * What nodes of a fleet name and nobody offers: no conductor would look after such a node, and its machine would be told
 * no more than that when it boots.
 */
export function hardwareFaults(nodes: readonly FleetNode[], offers: readonly HardwareInterface[]): FleetFault[] {
  const byType = Map.groupBy(offers, ({ hardwareType }) => hardwareType)
  const types = [...byType.keys()].join(', ')
  const names = new Map(
    [...byType].flatMap(([hardwareType, ofType]) =>
      interfaceFields.map(({ type }) => {
        const offered = ofType.filter(({ interfaceType }) => interfaceType === type)
        return [`${hardwareType} ${type}`, [...new Set(offered.map(({ interfaceName }) => interfaceName))]] as const
      }),
    ),
  )
  return nodes.flatMap((node, index): FleetFault[] => {
    const { driver } = node
    const path = `nodes[${index}]`
    if (!byType.has(driver)) {
      const enable = Object.hasOwn(hardwareTypes, driver)
        ? ', or enable it in [DEFAULT]enabled_hardware_types of the conductors'
        : ''
      const message = `no hardware type ${JSON.stringify(driver)} is enabled: name one of ${types}${enable}`
      return [{ field: `${path}.driver`, message }]
    }
    return interfaceFields.flatMap(({ key, type }) => {
      const name = node[key]
      const offered = names.get(`${driver} ${type}`) ?? []
      if (name === null || offered.includes(name)) return []
      const known = Object.hasOwn(hardwareTypes, driver)
        ? hardwareTypes[driver as keyof typeof hardwareTypes][type].some((one) => one === name)
        : false
      const enable = known ? `, or add it to [DEFAULT]enabled_${type}_interfaces of the conductors` : ''
      const message = `${driver} has no ${type} interface ${JSON.stringify(name)} that is enabled: name one of ${offered.join(', ')}${enable}`
      return [{ field: `${path}.${type}_interface`, message }]
    })
  })
}
