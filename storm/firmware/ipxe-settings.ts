/*
 * iPXE's settings (src/core/settings.c): what `${…}` in a script stands for.
 */

interface Setting {
  /** As it is formatted without a type. */
  value: string
  type: string | undefined
}

const integerTypes = new Set(['int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32'])
const knownTypes = new Set(['string', 'hex', 'hexhyp', 'hexraw', 'uristring', 'ipv4', 'ipv6', 'ip', ...integerTypes])

/** What the firmware itself knows. */
export interface FirmwareFacts {
  /** In lower case with colons. The first is the NIC that boots, and the only one with an address. */
  macs: readonly string[]
  ip: string | undefined
  /** `pcbios` or `efi`. */
  platform: string
}

/** The settings of one machine. */
export class IpxeSettings {
  readonly #facts: FirmwareFacts
  readonly #own = new Map<string, Setting>()

  constructor(facts: FirmwareFacts) {
    this.#facts = facts
  }

  /** Replaces `${…}`, the inner ones first; what is not set becomes nothing. */
  expand(text: string): string {
    let expanded = text
    for (;;) {
      const end = expanded.indexOf('}', expanded.indexOf('${') + 2)
      const start = expanded.lastIndexOf('${', end)
      if (start < 0 || end < start) return expanded
      const value = this.get(expanded.slice(start + 2, end)) ?? ''
      expanded = expanded.slice(0, start) + value + expanded.slice(end + 1)
    }
  }

  /** A setting by its name, with a type or without. */
  get(name: string): string | undefined {
    const { key, type } = splitName(name)
    if (type !== undefined && !knownTypes.has(type)) return undefined
    const setting = this.#own.get(key) ?? this.#fact(key)
    return setting && formatted(setting, type ?? setting.type)
  }

  /** Sets; an empty value unsets. False when the value is not of the type. */
  set(name: string, value: string): boolean {
    const { key, type } = splitName(name)
    if (type !== undefined && !knownTypes.has(type)) return false
    if (value === '') {
      this.#own.delete(key)
      return true
    }
    if (type === undefined || !integerTypes.has(type)) {
      this.#own.set(key, { value, type })
      return true
    }
    const number = parseInteger(value)
    if (number === undefined) return false
    this.#own.set(key, { value: String(wrapped(number, type)), type })
    return true
  }

  /** Adds; what is not a number yet counts as 0 of type int32. */
  increment(name: string, by: number): boolean {
    const { key, type } = splitName(name)
    const old = this.#own.get(key)
    const kept = type ?? old?.type
    const integer = kept !== undefined && integerTypes.has(kept)
    const value = (integer && old ? (parseInteger(old.value) ?? 0) : 0) + by
    const typed = integer ? kept : 'int32'
    this.#own.set(key, { value: String(wrapped(value, typed)), type: typed })
    return true
  }

  #fact(key: string): Setting | undefined {
    const { macs, ip, platform } = this.#facts
    const nic = /^net(\d+|X)\/(\w+)$/.exec(key)
    // Without a NIC's name: the one that has an address. netX: the one that was opened last.
    const index = nic === null || nic[1] === 'X' ? 0 : Number(nic[1])
    const what = nic?.[2] ?? key
    const mac = macs[index]
    if (what === 'mac') return mac === undefined ? undefined : { value: mac, type: 'hex' }
    if (what === 'ip') return ip === undefined || index !== 0 ? undefined : { value: ip, type: undefined }
    if (what === 'platform' && nic === null) return { value: platform, type: undefined }
    return undefined
  }
}

function splitName(name: string): { key: string; type: string | undefined } {
  const slash = name.indexOf('/')
  const colon = name.indexOf(':', slash + 1)
  return colon < 0 ? { key: name, type: undefined } : { key: name.slice(0, colon), type: name.slice(colon + 1) }
}

function formatted({ value, type: own }: Setting, type: string | undefined): string {
  if (own === 'hex') {
    if (type === 'hexhyp') return value.replaceAll(':', '-')
    if (type === 'hexraw') return value.replaceAll(':', '')
  }
  return type === 'uristring' ? encodeURIComponent(value) : value
}

/** As C's strtoul with base 0: decimal, 0x…, 0…. Undefined for anything else. */
export function parseInteger(text: string): number | undefined {
  if (/^[+-]?0x[0-9a-f]+$/i.test(text)) return text.startsWith('-') ? -Number(text.slice(1)) : Number(text)
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined
}

function wrapped(value: number, type: string): number {
  const bits = Number(/\d+$/.exec(type)?.[0])
  const big = BigInt(Math.trunc(value))
  return Number(type.startsWith('u') ? BigInt.asUintN(bits, big) : BigInt.asIntN(bits, big))
}
