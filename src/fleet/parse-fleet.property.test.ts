import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { BootringError } from '../model/errors.ts'
import { provisionStates } from '../model/provision-states.ts'
import { parseFleet } from './parse-fleet.ts'

/** The lines of the error; throws on any error that is not `FleetInvalid`. */
function problemsOf(text: string, fileName: string): string[] {
  try {
    parseFleet(text, fileName)
    return []
  } catch (error) {
    if (error instanceof BootringError && error.code === 'FleetInvalid') return error.message.split('\n')
    throw error
  }
}

const hex = (digits: number): fc.Arbitrary<string> =>
  fc.nat({ max: 16 ** digits - 1 }).map((n) => n.toString(16).padStart(digits, '0'))
const uuid = fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((groups) => groups.join('-'))
const mac = fc.array(hex(2), { minLength: 6, maxLength: 6 }).map((bytes) => bytes.join(':'))
const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}$/)
const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\p{Cc}\u2028\u2029]/u.test(text))
const json = fc
  .dictionary(
    line,
    fc.oneof(
      line,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(line, { maxLength: 3 }),
      fc.dictionary(line, line),
    ),
    { maxKeys: 4, noNullPrototype: true },
  )
  .filter((object) => !Object.hasOwn(object, '__proto__'))

const node = fc.record(
  {
    driver: word,
    name: word.map((text) => `n-${text}`),
    uuid,
    conductor_group: fc.oneof(fc.constant(''), word),
    boot_interface: word,
    deploy_interface: word,
    provision_state: fc.constantFrom(...provisionStates),
    driver_info: json,
    instance_info: json,
    properties: json,
    extra: json,
    ports: fc.array(fc.record({ address: mac, pxe_enabled: fc.boolean() }), { maxLength: 3 }),
  },
  { requiredKeys: ['driver', 'name', 'ports'] },
)

const nodes = fc
  .array(node, { minLength: 1, maxLength: 5 })
  .filter((all) => distinct(all.map(({ name }) => name)))
  .filter((all) => distinct(all.flatMap((one) => one.uuid ?? [])))
  .filter((all) => distinct(all.flatMap(({ ports }) => ports.map(({ address }) => address))))

const distinct = (values: string[]): boolean => new Set(values).size === values.length

const writers: [string, (value: unknown) => string][] = [
  ['fleet.json', (value) => JSON.stringify(value, null, 2)],
  ['fleet.yaml', (value) => stringify(value)],
  ['fleet.yml', (value) => stringify(value, { collectionStyle: 'flow', lineWidth: 0 })],
]

/** Fields with values that are wrong for them. */
const wrong = fc.constantFrom<[string, unknown]>(
  ['name', 'a b'],
  ['name', 5],
  ['uuid', '1be26c0b'],
  ['uuid', ['a']],
  ['driver', null],
  ['driver', 'two words'],
  ['conductor_group', 'a/b'],
  ['boot_interface', {}],
  ['deploy_interface', ''],
  ['provision_state', 'asleep'],
  ['driver_info', []],
  ['driver_info', { 'a b': 'line\nbreak' }],
  ['instance_info', 'text'],
  ['properties', 7],
  ['extra', { key: 'tab\t' }],
  ['ports', {}],
  ['ports', [{ address: '52:54' }]],
  ['ports', [{ address: '52:54:00:12:34:56', pxe_enabled: 'no' }]],
  ['portss', []],
)

// A busy machine needs longer than the usual five seconds for hundreds of runs.
describe('properties of fleet files', { timeout: 60_000 }, () => {
  it('any text is a fleet or an error that names its place', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 10 }),
        fc.constantFrom(
          'nodes:',
          '\n  - ',
          '{',
          '}',
          '[',
          ']',
          ': ',
          '&a ',
          '*a',
          '<<: ',
          '!!set ',
          '? ',
          '|\n',
          '"',
          '%YAML 1.1\n---\n',
          '\n---\n',
          '\t',
          '#',
        ),
      ),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(pieces, fc.constantFrom('f.yaml', 'f.json', 'f'), (parts, fileName) => {
        expect(
          problemsOf(parts.join(''), fileName).filter((problem) => !/^f(\.\w+)?:\d+:\d+: ./.test(problem)),
        ).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('any structure is a fleet or an error that names a field', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record({ nodes: fc.jsonValue() }),
      fc.record({ nodes: fc.array(fc.object()) }),
    )
    fc.assert(
      fc.property(value, fc.constantFrom(...writers), (structure, [fileName, write]) => {
        expect(
          problemsOf(write(structure), fileName).filter((problem) => !/^fleet\.\w+:\d+:\d+: ./.test(problem)),
        ).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('a valid fleet is read as it was written', () => {
    fc.assert(
      fc.property(nodes, fc.constantFrom(...writers), (fleet, [fileName, write]) => {
        expect(parseFleet(write({ nodes: fleet }), fileName)).toEqual(
          fleet.map((one) => ({
            uuid: one.uuid,
            name: one.name,
            driver: one.driver,
            conductorGroup: one.conductor_group ?? '',
            bootInterface: one.boot_interface ?? null,
            deployInterface: one.deploy_interface ?? null,
            provisionState: one.provision_state,
            driverInfo: one.driver_info ?? {},
            instanceInfo: one.instance_info ?? {},
            properties: one.properties ?? {},
            extra: one.extra ?? {},
            ports: one.ports.map(({ address, pxe_enabled }) => ({ address, pxeEnabled: pxe_enabled })),
          })),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('one wrong field is one problem, which names the field', () => {
    fc.assert(
      fc.property(
        nodes,
        fc.nat(),
        wrong,
        fc.constantFrom(...writers),
        (fleet, nat, [field, value], [fileName, write]) => {
          const index = nat % fleet.length
          const spoilt = fleet.map((one, i) => (i === index ? { ...one, [field]: value } : one))
          const problems = problemsOf(write({ nodes: spoilt }), fileName)
          expect(problems).toHaveLength(1)
          expect(problems[0]).toContain(`: nodes[${index}].${field}`)
        },
      ),
      { numRuns: 100 },
    )
  })
})
