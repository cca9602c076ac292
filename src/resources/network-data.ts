import type { JsonObject } from '../model/node.ts'
import { isJsonObject } from './json-value.ts'
import { invalid, shownValue, type ValueType } from './value-type.ts'
import { json } from './value-types.ts'

/** What each kind of link and network must say, as the agent's ramdisk reads it. */
const links: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ['bridge', 'dvs', 'hw_veb', 'hyperv', 'ovs', 'tap', 'vhostuser', 'vif', 'phy'].map((type) => [
      type,
      ['id', 'ethernet_mac_address'],
    ]),
  ),
  bond: ['id', 'ethernet_mac_address', 'bond_mode', 'bond_links'],
  vlan: ['id', 'vlan_mac_address', 'vlan_link', 'vlan_id'],
}
const withAddress = ['id', 'link', 'network_id', 'ip_address']
const networks: Readonly<Record<string, readonly string[]>> = {
  ipv4: withAddress,
  ipv6: withAddress,
  ipv4_dhcp: ['id', 'link', 'network_id'],
  ipv6_dhcp: ['id', 'link', 'network_id'],
  ipv6_slaac: ['id', 'link', 'network_id'],
}
const services: Readonly<Record<string, readonly string[]>> = { dns: ['address'] }

function checkList(data: JsonObject, part: string, kinds: Readonly<Record<string, readonly string[]>>): void {
  const list = data[part]
  if (!Array.isArray(list)) throw invalid(`Invalid network_data: ${part} has to be a list.`)
  list.forEach((item: unknown, index) => {
    const at = `Invalid network_data: ${part}/${index}`
    if (!isJsonObject(item)) throw invalid(`${at} has to be an object.`)
    const { type } = item
    const needed = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined
    if (!needed) throw invalid(`${at}/type is ${shownValue(type)}; it may be ${Object.keys(kinds).join(', ')}.`)
    const missing = needed.filter((name) => item[name] === undefined)
    if (missing.length > 0) throw invalid(`${at} lacks ${missing.join(', ')}.`)
  })
}

/** The format of OpenStack's network_data.json: empty, or with `links`, `networks` and `services`. */
export const networkData: ValueType<JsonObject> = {
  schema: { type: ['object', 'null'], additionalProperties: true },
  empty: {},
  read(value, name) {
    const data = json().read(value, name)
    if (Object.keys(data).length === 0) return data
    checkList(data, 'links', links)
    checkList(data, 'networks', networks)
    checkList(data, 'services', services)
    return data
  },
}
