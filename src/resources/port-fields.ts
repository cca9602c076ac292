import type { ListedPort } from '../model/management-stores.ts'
import type { Field } from './field.ts'
import { localLinkConnection } from './local-link.ts'
import { shownOnly } from './shown-only.ts'
import { flag, json, requiredMac, requiredUuid, text, uuid } from './value-types.ts'

type Columns = { readonly [K in Exclude<keyof ListedPort, 'id' | 'node_id' | 'portgroup_id'>]: Field<ListedPort[K]> }

/** What is shown of a port. */
export const portFields: Columns = {
  uuid: { since: 1, type: requiredUuid, description: 'Its UUID.', create: true, sort: true, short: true },
  created_at: { since: 1, type: shownOnly.time, description: 'When it was created.', sort: true },
  updated_at: { since: 1, type: shownOnly.time, description: 'When its row was changed last.', sort: true },
  address: {
    since: 1,
    type: requiredMac,
    description: 'Its MAC.',
    create: true,
    patch: true,
    sort: true,
    short: true,
  },
  node_uuid: { since: 1, type: requiredUuid, description: 'The node it belongs to.', create: true, patch: true },
  extra: { since: 1, type: json(), description: '`client-id` of InfiniBand, and notes.', create: true, patch: true },
  internal_info: { since: 18, type: shownOnly.object, description: "The network interface's own notes." },
  pxe_enabled: {
    since: 19,
    type: flag(true),
    description: 'Its machine may network-boot from it.',
    create: true,
    patch: true,
    sort: true,
  },
  local_link_connection: {
    since: 19,
    type: localLinkConnection,
    description: 'The switch and the port there that it is plugged into.',
    create: true,
    patch: true,
  },
  portgroup_uuid: { since: 24, type: uuid, description: 'The portgroup it is a member of.', create: true, patch: true },
  physical_network: {
    since: 34,
    type: text(64),
    description: 'The physical network it is plugged into.',
    create: true,
    patch: true,
    sort: true,
  },
  is_smartnic: {
    since: 53,
    type: flag(false),
    description: 'It is a smart NIC.',
    create: true,
    patch: true,
    sort: true,
  },
  name: { since: 88, type: text(), description: 'Its name.', create: true, patch: true, sort: true },
}
