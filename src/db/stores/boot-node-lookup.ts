import type { BootNode } from '../../model/node.ts'
import type { Engine } from '../engines/engine.ts'
import { parseJsonColumn, rememberingParser } from '../json-column.ts'

/** The row of a booting node without all that its script does not need. */
type BootNodeRow = Omit<BootNode, 'driver' | 'driverInfo' | 'instanceInfo' | 'properties'> & {
  driver: string | null
  driverInfo: string | null
  instanceInfo?: string | null
  properties?: string | null
}

export interface BootNodeOptions {
  /** False for those who make no scripts: `instance_info` and `properties` are not read, and empty in the result. */
  withInstanceInfo: boolean
}

/** A conductor's one query for each boot, compiled once as it is asked thousands of times a second. */
export function bootNodeLookup(
  engine: Engine,
  { withInstanceInfo }: BootNodeOptions,
): (uuid: string) => Promise<BootNode | undefined> {
  const query = engine.read
    .selectFrom('nodes')
    .where('uuid', '=', '')
    .select([
      'uuid',
      'driver',
      'conductor_group as conductorGroup',
      'boot_interface as bootInterface',
      'deploy_interface as deployInterface',
      'provision_state as provisionState',
      'driver_info as driverInfo',
    ])
    .$if(withInstanceInfo, (all) => all.select(['instance_info as instanceInfo', 'properties']))
    .compile()
  const lookup = engine.prepare<BootNodeRow>(query)
  // Those of machines of one make are the same.
  const parseProperties = rememberingParser()
  return async (uuid) => {
    const row = await lookup(uuid)
    if (row === undefined) return undefined
    return {
      uuid: row.uuid,
      driver: row.driver ?? '',
      conductorGroup: row.conductorGroup,
      bootInterface: row.bootInterface,
      deployInterface: row.deployInterface,
      provisionState: row.provisionState,
      driverInfo: parseJsonColumn(row.driverInfo),
      instanceInfo: parseJsonColumn(row.instanceInfo ?? null),
      properties: parseProperties(row.properties ?? null),
    }
  }
}
