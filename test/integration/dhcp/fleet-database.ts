import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../../src/db/open-database.ts'
import { macAddress } from '../../../src/fleet/check-text.ts'
import type { JsonObject } from '../../../src/model/node.ts'
import type { FleetNode } from '../../../src/model/stores.ts'

export interface ReservedMachine {
  name: string
  mac: string
  extra: JsonObject
}

/** Makes the fleet of a folder's database these machines: bootring's configuration file for it. No name is refused. */
export async function fleetDatabase(folder: string, machines: readonly ReservedMachine[]): Promise<string> {
  const url = `sqlite:///${join(folder, 'bootring.sqlite')}`
  const database = await openDatabase(url, { maxPoolSize: 1, poolTimeoutSeconds: 20 })
  try {
    await database.upgrade()
    await database.fleet.apply(machines.map(fleetNode), { prune: true, dryRun: false })
  } finally {
    await database.close()
  }
  const file = join(folder, 'bootring.conf')
  writeFileSync(file, `[DEFAULT]\nstate_path = ${folder}\nmy_ip = 10.77.0.1\n[database]\nconnection = ${url}\n`)
  return file
}

function fleetNode({ extra, mac, name }: ReservedMachine): FleetNode {
  const address = macAddress(mac)
  if ('problem' in address) throw new Error(address.problem)
  return {
    uuid: undefined,
    name,
    driver: 'fake-hardware',
    conductorGroup: '',
    bootInterface: 'ipxe',
    deployInterface: null,
    provisionState: 'available',
    driverInfo: {},
    instanceInfo: {},
    properties: {},
    extra,
    ports: [{ address: address.value, pxeEnabled: true }],
  }
}
