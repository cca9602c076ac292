import { parseMac } from '../model/mac.ts'
import type { JsonObject } from '../model/node.ts'
import { invalid, shownValue, type ValueType } from './value-type.ts'
import { json } from './value-types.ts'

const names = [
  'port_id',
  'switch_id',
  'hostname',
  'switch_info',
  'network_type',
  'vtep-logical-switch',
  'vtep-physical-switch',
]
const datapathId = /^[0-9a-f]{16}$/i

/** Each is enough by itself: a switch's port, a smart NIC, a port of OVN, and no managed link at all. */
const enough = [
  ['port_id', 'switch_id'],
  ['port_id', 'hostname'],
  ['port_id', 'vtep-logical-switch', 'vtep-physical-switch'],
]

/** Where a port is plugged in. Throws `InvalidParameter`. */
function readLink(value: unknown, name: string): JsonObject {
  const link = json().read(value, name)
  const given = Object.keys(link)
  if (given.length === 0) return {}
  for (const key of given) {
    if (!names.includes(key)) throw invalid(`${name} knows no "${key}"; it may hold ${names.join(', ')}.`)
    if (typeof link[key] !== 'string') throw invalid(`Expected string for ${name}/${key}: ${shownValue(link[key])}`)
  }
  const type = link.network_type
  if (type !== undefined && type !== 'managed' && type !== 'unmanaged')
    throw invalid(`${name}/network_type is ${shownValue(type)}; it may be managed or unmanaged.`)
  if (type !== 'unmanaged' && !enough.some((needed) => needed.every((key) => key in link)))
    throw invalid(`${name} needs port_id and switch_id, or port_id and hostname for a smart NIC.`)
  return link.switch_id === undefined ? link : { ...link, switch_id: readSwitch(link.switch_id, name) }
}

function readSwitch(value: unknown, name: string): string {
  const id = String(value)
  const canonical = parseMac(id) ?? (datapathId.test(id) ? id.toLowerCase() : undefined)
  if (canonical === undefined)
    throw invalid(`${name}/switch_id is ${shownValue(id)}; it has to be a MAC or an OpenFlow datapath ID.`)
  return canonical
}

export const localLinkConnection: ValueType<JsonObject> = {
  schema: {
    type: ['object', 'null'],
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    additionalProperties: false,
  },
  empty: {},
  read: readLink,
}

/** Whether it says where a smart NIC is. */
export const isSmartNicLink = (link: JsonObject) => 'port_id' in link && 'hostname' in link
