import type { Kysely } from 'kysely'
import type { Dialect } from '../../src/db/dialects/dialect.ts'
import type { Tables } from '../../src/db/tables.ts'

/** What two conductors and three nodes have written into Ironic's tables. */
export const rows = {
  /** Waits for its agent; two ports. */
  waiting: 'aaaaaaaa-0000-4000-8000-000000000001',
  /** `available` as NULL, and without a driver. */
  bare: 'aaaaaaaa-0000-4000-8000-000000000002',
  /** Diskless, and active. */
  diskless: 'aaaaaaaa-0000-4000-8000-000000000003',
}

/** As Ironic writes times: naive UTC, text with six digits for SQLite. */
export function ironicTime(milliseconds: number, microseconds: boolean): string {
  const text = new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '')
  return microseconds ? `${text}000` : text.slice(0, 19)
}

/** `seen`: the heartbeats of cond-1, alive, and of cond-2, which was killed; both still `online`. */
export async function insertIronicRows(
  db: Kysely<Tables>,
  dialect: Dialect,
  seen: { alive: string; killed: string },
): Promise<void> {
  const yes = dialect.boolean(true)
  const no = dialect.boolean(false)
  const node = { conductor_group: '', protected: no, driver_info: '{}', instance_info: '{}', properties: 'null' }
  await db
    .insertInto('nodes')
    .values([
      {
        ...node,
        uuid: rows.waiting,
        name: 'node-01',
        driver: 'fake-hardware',
        conductor_group: 'rack1',
        boot_interface: 'ipxe',
        deploy_interface: 'direct',
        provision_state: 'wait call-back',
        driver_info: '{"deploy_kernel": "file:///k", "text": "ünï"}',
        instance_info: '{"configdrive": "H4sI"}',
      },
      { ...node, uuid: rows.bare },
      {
        ...node,
        uuid: rows.diskless,
        driver: 'ipmi',
        boot_interface: 'pxe',
        deploy_interface: 'ramdisk',
        provision_state: 'active',
      },
    ])
    .execute()
  const ids = await db.selectFrom('nodes').select(['id', 'uuid']).execute()
  const id = (uuid: string) => ids.find((row) => row.uuid === uuid)?.id ?? null
  await db
    .insertInto('ports')
    .values([
      {
        uuid: 'bbbbbbbb-0000-4000-8000-000000000001',
        address: '52:54:00:00:00:01',
        node_id: id(rows.waiting),
        pxe_enabled: yes,
      },
      {
        uuid: 'bbbbbbbb-0000-4000-8000-000000000002',
        address: '52:54:00:00:00:02',
        node_id: id(rows.waiting),
        pxe_enabled: no,
      },
      {
        uuid: 'bbbbbbbb-0000-4000-8000-000000000003',
        address: '52:54:00:00:00:03',
        node_id: id(rows.bare),
        pxe_enabled: null,
      },
    ])
    .execute()
  await db
    .insertInto('conductors')
    .values([
      { hostname: 'cond-1.example', conductor_group: 'rack1', online: yes, updated_at: seen.alive },
      { hostname: 'cond-2.example:8090', conductor_group: '', online: yes, updated_at: seen.killed },
      { hostname: 'cond-3.example', conductor_group: '', online: no, updated_at: seen.alive },
    ])
    .execute()
  const conductors = await db.selectFrom('conductors').select(['id', 'hostname']).execute()
  const offer = (hostname: string, hardwareType: string, interfaceName: string) => ({
    conductor_id: conductors.find((row) => row.hostname === hostname)?.id ?? 0,
    hardware_type: hardwareType,
    interface_type: 'boot',
    interface_name: interfaceName,
    default: no,
  })
  await db
    .insertInto('conductor_hardware_interfaces')
    .values([
      offer('cond-1.example', 'ipmi', 'ipxe'),
      offer('cond-1.example', 'fake-hardware', 'ipxe'),
      offer('cond-1.example', 'fake-hardware', 'pxe'),
      offer('cond-2.example:8090', 'ipmi', 'ipxe'),
    ])
    .execute()
}
