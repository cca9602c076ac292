import type { ReportField, SubnetField, SubnetFields } from '../../dhcp/subnet-fields.ts'
import { described } from '../../fleet/field-reader.ts'
import { knownEntries } from '../../fleet/map-entries.ts'
import { Problems } from '../../fleet/problems.ts'
import { readYaml } from '../../fleet/read-yaml.ts'
import type { MapValue, Value } from '../../fleet/value.ts'
import { BootringError } from '../../model/errors.ts'
import { optionKeys } from './subnet-option.ts'

/** How a field is called in the file: as on the command line, but for what YAML keys have in place of a dash. */
const fileKeys = { ...optionKeys, raOnly: 'ra_only' } as const satisfies Record<SubnetField, string>

type FileKey = (typeof fileKeys)[SubnetField]

/** A subnet with the means to say where in the file something is wrong with it. */
export interface FiledSubnet {
  fields: SubnetFields
  report: ReportField
}

/** A file of networks, YAML or JSON: `networks:`, a list of maps. */
export class NetworksFile {
  readonly subnets: FiledSubnet[] = []
  readonly #problems: Problems

  constructor(text: string, fileName: string) {
    this.#problems = new Problems(text, fileName)
    const root = readYaml(text, (at, message) => this.#problems.add(at, '', message))
    if (root === undefined) this.#problems.add(0, '', 'networks: is missing')
    else this.#readRoot(root)
  }

  /** Throws `InvalidParameter` with a line for each problem reported so far: `file:line:column: field: what is wrong`. */
  check(): void {
    if (this.#problems.count > 0) throw new BootringError('InvalidParameter', this.#problems.error().message)
  }

  #readRoot(root: Value): void {
    if (root.kind !== 'map') {
      this.#problems.add(root.at, '', `a map with networks is needed, found ${described(root)}`)
      return
    }
    const networks = knownEntries(root, ['networks'], '', this.#problems).networks?.value
    if (networks?.kind !== 'list' || networks.items.length === 0) {
      const found = networks === undefined ? '' : `, found ${described(networks)}`
      this.#problems.add(networks?.at ?? root.at, 'networks', `a list of networks is needed${found}`)
      return
    }
    for (const [index, item] of networks.items.entries()) {
      const path = `networks[${index}]`
      if (item.kind === 'map') this.#readSubnet(item, path)
      else this.#problems.add(item.at, path, `a map is needed, found ${described(item)}`)
    }
  }

  #readSubnet(map: MapValue, path: string): void {
    const entries = knownEntries<FileKey>(map, Object.values(fileKeys), path, this.#problems)
    const value = (field: SubnetField): Value | undefined => {
      const found = entries[fileKeys[field]]?.value
      return found?.kind === 'scalar' && found.value === null ? undefined : found
    }
    const report: ReportField = (field, problem) =>
      this.#problems.add(value(field)?.at ?? map.at, `${path}.${fileKeys[field]}`, problem)
    const wrong = (field: SubnetField, found: Value, needed: string) =>
      report(field, found.kind === 'unusable' ? found.problem : `${needed} is needed, found ${described(found)}`)
    const text = (field: SubnetField): string | undefined => {
      const found = value(field)
      if (found === undefined) return undefined
      if (found.kind === 'scalar' && (typeof found.value === 'string' || typeof found.value === 'number'))
        return String(found.value)
      wrong(field, found, 'a text')
      return undefined
    }
    const texts = (field: SubnetField): string[] | undefined => {
      const found = value(field)
      if (found?.kind !== 'list') {
        const one = text(field)
        return one === undefined ? undefined : [one]
      }
      return found.items.flatMap((item) => {
        if (item.kind === 'scalar' && typeof item.value === 'string') return [item.value]
        wrong(field, item, 'a list of texts')
        return []
      })
    }
    const flag = (field: SubnetField): boolean => {
      const found = value(field)
      if (found === undefined) return false
      if (found.kind === 'scalar' && typeof found.value === 'boolean') return found.value
      wrong(field, found, 'true or false')
      return false
    }
    const subnet = text('subnet')
    if (value('subnet') === undefined) report('subnet', 'is missing, e.g. subnet: 192.0.2.0/24')
    if (subnet === undefined) return
    const relay = value('relay')
    const relays = relay?.kind === 'scalar' && typeof relay.value === 'boolean' ? relay.value : texts('relay')
    const fields: { [K in SubnetField]?: SubnetFields[K] | undefined } = {
      range: texts('range'),
      router: text('router'),
      dns: texts('dns'),
      domain: text('domain'),
      interface: text('interface'),
      vlan: text('vlan'),
      relay: relays === false ? undefined : relays,
      shared: text('shared'),
      lease: text('lease'),
      raOnly: flag('raOnly') || undefined,
    }
    this.subnets.push({ fields: { ...present(fields), subnet }, report })
  }
}

/** Without the members that are undefined. */
function present(fields: { [K in SubnetField]?: SubnetFields[K] | undefined }): Partial<SubnetFields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
