import { DatabaseSync } from 'node:sqlite'
import { ironicTime } from './ironic-rows.ts'
import { createIronicSchema, type IronicRelease } from './ironic-schema.ts'

/** A node with one port, that waits in `clean wait` and boots by `ipxe` where nothing else is said. */
export interface NodeInFile {
  uuid: string
  name: string
  mac: string
  bootInterface?: string | undefined
  provisionState?: string
}

/**
 * Has a real Ironic make its tables in a SQLite file, and fills in what its conductors would have: themselves by name, counted
 * from 1, and these nodes. The caller closes it.
 */
export async function makeIronicFile(
  release: IronicRelease,
  path: string,
  conductors: readonly string[],
  nodes: readonly NodeInFile[],
): Promise<DatabaseSync> {
  await createIronicSchema(release, `sqlite:///${path}`)
  const database = new DatabaseSync(path)
  database.exec('PRAGMA busy_timeout = 10000')
  const conductor = database.prepare(
    `INSERT INTO conductors (id, hostname, online, conductor_group, updated_at) VALUES (?, ?, 1, '', ?)`,
  )
  const offer = database.prepare(
    `INSERT INTO conductor_hardware_interfaces (conductor_id, hardware_type, interface_type, interface_name, "default")
     VALUES (?, 'fake-hardware', 'boot', 'ipxe', 1)`,
  )
  const node = database.prepare(
    `INSERT INTO nodes (id, uuid, name, driver, conductor_group, boot_interface, deploy_interface, provision_state,
       driver_info, instance_info, driver_internal_info, properties, extra)
     VALUES (?, ?, ?, 'fake-hardware', '', ?, 'direct', ?, '{}', '{}', '{}', '{}', '{}')`,
  )
  const port = database.prepare(
    `INSERT INTO ports (uuid, address, node_id, pxe_enabled, extra) VALUES (?, ?, ?, 1, '{}')`,
  )
  for (const [at, name] of conductors.entries()) {
    conductor.run(at + 1, name, ironicTime(Date.now(), true))
    offer.run(at + 1)
  }
  for (const [at, { bootInterface = 'ipxe', mac, name, provisionState = 'clean wait', uuid }] of nodes.entries()) {
    node.run(at + 1, uuid, name, bootInterface, provisionState)
    port.run(crypto.randomUUID(), mac, at + 1)
  }
  return database
}
