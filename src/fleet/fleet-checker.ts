import type { MacAddress } from '../model/mac.ts'
import type { FleetNode } from '../model/stores.ts'
import { conductorGroup, macAddress, nodeName, provisionState, typeName, uuid } from './check-text.ts'
import { described, FieldReader } from './field-reader.ts'
import type { Problems } from './problems.ts'
import type { ListValue, Value } from './value.ts'

const nodeKeys = [
  'name',
  'uuid',
  'driver',
  'conductor_group',
  'boot_interface',
  'deploy_interface',
  'provision_state',
  'driver_info',
  'instance_info',
  'properties',
  'extra',
  'ports',
] as const
const portKeys = ['address', 'pxe_enabled'] as const

/** Keys of a node whose values depend on what is enabled. */
const hardwareKeys = ['driver', 'boot_interface', 'deploy_interface'] as const

type EntryOffsets = { entry: number } & Partial<Record<(typeof hardwareKeys)[number], number>>

interface Place {
  at: number
  field: string
}

/** Checks the entries of `nodes` one after another, and against each other. */
export class FleetChecker {
  readonly nodes: FleetNode[] = []
  /** Offsets of the entries, by index, and of what only conductors can tell whether it is right. */
  readonly #entries: EntryOffsets[] = []
  readonly #problems: Problems
  /** Where each UUID, name and MAC was first seen; they are told apart by their look. */
  readonly #claims = new Map<string, Place>()

  constructor(problems: Problems) {
    this.#problems = problems
  }

  /** Checks the next entry. */
  add(value: Value): void {
    const path = `nodes[${this.#entries.length}]`
    const offsets: EntryOffsets = { entry: value.at }
    this.#entries.push(offsets)
    if (value.kind !== 'map') {
      const problem = value.kind === 'unusable' ? value.problem : `a map is needed, found ${described(value)}`
      this.#problems.add(value.at, path, problem)
      return
    }
    const fields = new FieldReader(value, nodeKeys, path, this.#problems)
    fields.require('driver', 'fake-hardware')
    for (const key of hardwareKeys) offsets[key] = fields.at(key)
    const ports = fields.list('ports')
    const node: FleetNode = {
      uuid: fields.text('uuid', uuid),
      name: fields.text('name', nodeName),
      driver: fields.text('driver', typeName) ?? '',
      conductorGroup: fields.text('conductor_group', conductorGroup) ?? '',
      bootInterface: fields.text('boot_interface', typeName) ?? null,
      deployInterface: fields.text('deploy_interface', typeName) ?? null,
      provisionState: fields.text('provision_state', provisionState),
      driverInfo: fields.object('driver_info') ?? {},
      instanceInfo: fields.object('instance_info') ?? {},
      properties: fields.object('properties') ?? {},
      extra: fields.object('extra') ?? {},
      ports: ports === undefined ? [] : this.#ports(ports, fields.path('ports')),
    }
    if (node.uuid !== undefined) this.#claim(node.uuid, { at: fields.at('uuid'), field: fields.path('uuid') })
    if (node.name !== undefined) this.#claim(node.name, { at: fields.at('name'), field: fields.path('name') })
    if (!fields.has('name') && !fields.has('uuid') && (ports?.items.length ?? 0) === 0) {
      this.#problems.add(value.at, path, 'a name, a uuid or a port is needed, to find the node again by')
    }
    this.nodes.push(node)
  }

  /** The offset of a field, given its path; of its entry where the field itself is not in the file. */
  offset(path: string): number | undefined {
    const [, index, name] = /^nodes\[(\d+)\](?:\.(\w+)$)?/.exec(path) ?? []
    const entry = index === undefined ? undefined : this.#entries[Number(index)]
    const key = hardwareKeys.find((one) => one === name)
    if (key !== undefined && entry?.[key] !== undefined) return entry[key]
    for (const { at, field } of this.#claims.values()) if (field === path) return at
    return entry?.entry
  }

  #ports(list: ListValue, path: string): FleetNode['ports'] {
    const ports: { address: MacAddress; pxeEnabled: boolean }[] = []
    for (const [index, value] of list.items.entries()) {
      const portPath = `${path}[${index}]`
      if (value.kind !== 'map') {
        const problem = value.kind === 'unusable' ? value.problem : `a map is needed, found ${described(value)}`
        this.#problems.add(value.at, portPath, problem)
        continue
      }
      const fields = new FieldReader(value, portKeys, portPath, this.#problems)
      fields.require('address', '"52:54:00:12:34:56"')
      const address = fields.text('address', macAddress)
      const pxeEnabled = fields.flag('pxe_enabled') ?? true
      if (address === undefined) continue
      this.#claim(address, { at: fields.at('address'), field: fields.path('address') })
      ports.push({ address, pxeEnabled })
    }
    return ports
  }

  #claim(value: string, place: Place): void {
    const first = this.#claims.get(value)
    if (first === undefined) {
      this.#claims.set(value, place)
      return
    }
    const line = this.#problems.line(first.at)
    this.#problems.add(place.at, place.field, `${value} is also that of ${first.field} on line ${line}`)
  }
}
