import type { ListedPortgroup } from '../model/management-stores.ts'
import type { Field } from './field.ts'
import { shownOnly } from './shown-only.ts'
import { flag, json, mac, requiredText, requiredUuid, text } from './value-types.ts'

type Columns = { readonly [K in Exclude<keyof ListedPortgroup, 'id' | 'node_id'>]: Field<ListedPortgroup[K]> }

/** What is shown of a portgroup. */
export const portgroupFields: Columns = {
  uuid: { since: 23, type: requiredUuid, description: 'Its UUID.', create: true, sort: true, short: true },
  created_at: { since: 23, type: shownOnly.time, description: 'When it was created.', sort: true },
  updated_at: { since: 23, type: shownOnly.time, description: 'When its row was changed last.', sort: true },
  name: { since: 23, type: text(), description: 'Its name.', create: true, patch: true, sort: true, short: true },
  address: {
    since: 23,
    type: mac,
    description: 'Its MAC, where it has one of its own.',
    create: true,
    patch: true,
    sort: true,
    short: true,
  },
  node_uuid: { since: 23, type: requiredUuid, description: 'The node it belongs to.', create: true, patch: true },
  extra: { since: 23, type: json(), description: 'Whatever its operators note down.', create: true, patch: true },
  internal_info: { since: 23, type: shownOnly.object, description: "The network interface's own notes." },
  standalone_ports_supported: {
    since: 23,
    type: flag(true),
    description: 'Its ports may be used alone as well.',
    create: true,
    patch: true,
    sort: true,
  },
  mode: {
    since: 26,
    type: requiredText(),
    description: 'How its ports are bonded, by the names that Linux has for it.',
    create: true,
    patch: true,
    sort: true,
  },
  properties: { since: 26, type: json(), description: 'Settings of the bond.', create: true, patch: true },
  physical_network: {
    since: 102,
    type: text(64),
    description: 'The physical network of its ports.',
    create: true,
    patch: true,
    sort: true,
  },
}
