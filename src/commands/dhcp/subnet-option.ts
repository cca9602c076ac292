import type { SubnetField, SubnetFields } from '../../dhcp/subnet-fields.ts'
import { BootringError } from '../../model/errors.ts'
import { nearestName } from '../../model/nearest-name.ts'

/** How a field is called on the command line. */
export const optionKeys = {
  subnet: 'subnet',
  range: 'range',
  router: 'router',
  dns: 'dns',
  domain: 'domain',
  interface: 'interface',
  vlan: 'vlan',
  relay: 'relay',
  shared: 'shared',
  lease: 'lease',
  raOnly: 'ra-only',
} as const satisfies Record<SubnetField, string>

const single = ['router', 'domain', 'interface', 'vlan', 'shared', 'lease'] as const

/** Reads `192.0.2.0/24,range=192.0.2.100-192.0.2.200,router=192.0.2.1,vlan=7`. Throws `InvalidParameter`. */
export function parseSubnetOption(text: string): SubnetFields {
  const [subnet = '', ...words] = text.split(',').map((word) => word.trim())
  const fields: { -readonly [K in SubnetField]?: SubnetFields[K] } = {}
  const lists: Record<'range' | 'dns' | 'relay', string[]> = { range: [], dns: [], relay: [] }
  for (const word of words) {
    const [key = '', ...rest] = word.split('=')
    const value = rest.length > 0 ? rest.join('=') : undefined
    const fail = (why: string): never => {
      throw new BootringError('InvalidParameter', `--subnet ${subnet}: ${JSON.stringify(word)}: ${why}`)
    }
    if (key === 'ra-only' && value === undefined) fields.raOnly = true
    else if (key === 'relay' && value === undefined) fields.relay ??= true
    else if (value === undefined || value === '') fail(unknown(key) ?? `needs a value: ${key}=…`)
    else if (key === 'range' || key === 'dns' || key === 'relay') lists[key].push(value)
    else {
      const name = single.find((known) => known === key)
      if (name === undefined) fail(unknown(key) ?? 'takes no value')
      else if (fields[name] !== undefined) fail('is there already')
      else fields[name] = value
    }
  }
  return {
    ...fields,
    subnet,
    ...(lists.range.length > 0 ? { range: lists.range } : {}),
    ...(lists.dns.length > 0 ? { dns: lists.dns } : {}),
    ...(lists.relay.length > 0 ? { relay: lists.relay } : {}),
  }
}

function unknown(key: string): string | undefined {
  const known = Object.values(optionKeys).filter((name) => name !== 'subnet')
  if (known.some((name) => name === key)) return undefined
  const meant = nearestName(key, known)
  return meant === undefined ? `unknown; known are ${known.join(', ')}` : `unknown; did you mean ${meant}?`
}
