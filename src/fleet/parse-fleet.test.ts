import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BootringError } from '../model/errors.ts'
import { decodeFleet, parseFleet, readFleet } from './parse-fleet.ts'

/** The lines of the error that the file causes; none when it is valid. */
function problemsOf(text: string, fileName = 'fleet.yaml'): string[] {
  try {
    parseFleet(text, fileName)
    return []
  } catch (error) {
    if (error instanceof BootringError && error.code === 'FleetInvalid') return error.message.split('\n')
    throw error
  }
}

const node = (...lines: string[]): string =>
  ['nodes:', '  - name: n1', '    driver: fake-hardware', ...lines.map((line) => `    ${line}`)].join('\n')

describe('a valid fleet', () => {
  it('has defaults for all that it does not say', () => {
    expect(parseFleet(node(), 'fleet.yaml')).toEqual([
      {
        uuid: undefined,
        name: 'n1',
        driver: 'fake-hardware',
        conductorGroup: '',
        bootInterface: null,
        deployInterface: null,
        provisionState: undefined,
        driverInfo: {},
        instanceInfo: {},
        properties: {},
        extra: {},
        ports: [],
      },
    ])
  })

  it('is stored in the canonical form of UUIDs, MACs and conductor groups', () => {
    const [parsed] = parseFleet(
      node(
        'uuid: 1BE26C0B-03F2-4D2E-AE87-C02D7F33C123',
        'conductor_group: Rack-1',
        'ports:',
        '  - address: 52-54-00-AB-CD-EF',
        '  - {address: "52:54:00:ab:cd:f0", pxe_enabled: false}',
      ),
      'fleet.yaml',
    )
    expect(parsed).toMatchObject({
      uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123',
      conductorGroup: 'rack-1',
      ports: [
        { address: '52:54:00:ab:cd:ef', pxeEnabled: true },
        { address: '52:54:00:ab:cd:f0', pxeEnabled: false },
      ],
    })
  })

  it('reads an unquoted MAC as text, as YAML 1.2 does', () => {
    expect(parseFleet(node('ports:', '  - address: 52:54:00:12:34:56'), 'f')[0]?.ports[0]?.address).toBe(
      '52:54:00:12:34:56',
    )
  })

  it('may merge and repeat anchored maps; what a map says itself wins', () => {
    const text = `nodes:
  - &first {name: a, driver: fake-hardware, extra: &e {x: 1, y: 2}, ports: []}
  - <<: *first
    name: b
    properties: *e
  - {<<: [*first, {driver: ipmi, boot_interface: pxe}], name: c, extra: {<<: *e, x: 9}}`
    expect(parseFleet(text, 'f')).toMatchObject([
      { name: 'a' },
      { name: 'b', driver: 'fake-hardware', extra: { x: 1, y: 2 }, properties: { x: 1, y: 2 } },
      { name: 'c', driver: 'fake-hardware', bootInterface: 'pxe', extra: { x: 9, y: 2 } },
    ])
  })

  it('is the same in YAML and in JSON', () => {
    const fleet = {
      nodes: [{ name: 'n', driver: 'ipmi', extra: { a: [1, -2.5e3, true, null, '"\\é😀'] } }],
    }
    const expected = parseFleet(JSON.stringify(fleet), 'fleet.yaml')
    expect(parseFleet(JSON.stringify(fleet, null, '\t'), 'fleet.json')).toEqual(expected)
    expect(parseFleet(JSON.stringify(fleet), '<stdin>')).toEqual(expected)
    expect(expected[0]?.extra).toEqual(fleet.nodes[0]?.extra)
  })

  it('takes a brace that opens YAML for YAML', () => {
    expect(parseFleet('{nodes: [{name: n, driver: d}]}', '<stdin>')).toHaveLength(1)
  })

  it('treats null as missing, and a key called __proto__ as any other', () => {
    const [parsed] = parseFleet(
      '{"nodes":[{"name":"n","driver":"d","uuid":null,"extra":{"__proto__":{"a":1}}}]}',
      'f.json',
    )
    expect(parsed?.uuid).toBeUndefined()
    expect(JSON.stringify(parsed?.extra)).toBe('{"__proto__":{"a":1}}')
    expect(Object.getPrototypeOf(parsed?.extra)).toBe(Object.prototype)
  })

  it('the example is one, and needs no kernel of its own', () => {
    const file = new URL('../../examples/fleet.yaml', import.meta.url)
    const nodes = parseFleet(readFileSync(file, 'utf8'), 'examples/fleet.yaml')
    expect(nodes).toHaveLength(20)
    expect(
      nodes.every(({ driverInfo, instanceInfo }) => Object.keys({ ...driverInfo, ...instanceInfo }).length === 0),
    ).toBe(true)
  })
})

describe('problems', () => {
  it('names file, line, column and field, of all of them, in file order', () => {
    const text = `nodes:
  - name: a b
    drvier: fake-hardware
    uuid: 1be26c0b
    ports:
      - {address: "52:54:00:12:34"}
      - {address: "52:54:00:12:34:56", pxe: yes}
  - name: ok
    driver: fake-hardware
    provision_state: wait callback
    boot_interface: [ipxe]
    extra: 5
`
    expect(problemsOf(text)).toEqual([
      'fleet.yaml:2:5: nodes[0].driver: is missing, e.g. driver: fake-hardware',
      'fleet.yaml:2:11: nodes[0].name: "a b" is not a name: 1 to 255 letters, digits and "-", ".", "_", "~"',
      'fleet.yaml:3:5: nodes[0].drvier: unknown key; did you mean driver?',
      'fleet.yaml:4:11: nodes[0].uuid: "1be26c0b" is not a UUID such as 1be26c0b-03f2-4d2e-ae87-c02d7f33c123',
      'fleet.yaml:6:19: nodes[0].ports[0].address: "52:54:00:12:34" is not a MAC address such as 52:54:00:12:34:56',
      'fleet.yaml:7:40: nodes[0].ports[1].pxe: unknown key; known are address, pxe_enabled',
      'fleet.yaml:10:22: nodes[1].provision_state: "wait callback" is not a provision state; did you mean "wait call-back"?',
      'fleet.yaml:11:21: nodes[1].boot_interface: a string is needed, found a list',
      'fleet.yaml:12:12: nodes[1].extra: a map is needed, found the number 5',
    ])
  })

  it('names both lines of what is there twice', () => {
    const text = `nodes:
  - {name: a, driver: d, ports: [{address: "52:54:00:12:34:56"}]}
  - {name: b, driver: d, ports: [{address: "52-54-00-12-34-56"}]}
  - {name: a, driver: d, uuid: 1be26c0b-03f2-4d2e-ae87-c02d7f33c123, driver: d}
  - {driver: d, uuid: 1BE26C0B-03F2-4D2E-AE87-C02D7F33C123}
`
    expect(problemsOf(text)).toEqual([
      'fleet.yaml:3:44: nodes[1].ports[0].address: 52:54:00:12:34:56 is also that of nodes[0].ports[0].address on line 2',
      'fleet.yaml:4:12: nodes[2].name: a is also that of nodes[0].name on line 2',
      'fleet.yaml:4:70: nodes[2].driver: the key is there already, on line 4',
      'fleet.yaml:5:23: nodes[3].uuid: 1be26c0b-03f2-4d2e-ae87-c02d7f33c123 is also that of nodes[2].uuid on line 4',
    ])
  })

  it.each([
    ['driver_info: {a: "x\\ny"}', 'nodes[0].driver_info.a', 'U+000A'],
    ['instance_info: {a: {b: ["\\0"]}}', 'nodes[0].instance_info.a.b[0]', 'U+0000'],
    ['properties: {"a\\rb": 1}', 'nodes[0].properties["a\\rb"]', 'U+000D'],
    ['extra: {a: "x\\u2028"}', 'nodes[0].extra.a', 'U+2028'],
    ['extra: {a: "x\\x85"}', 'nodes[0].extra.a', 'U+0085'],
    ['extra: {a: "\\ud800"}', 'nodes[0].extra.a', 'surrogate'],
    ['extra: {a: .inf}', 'nodes[0].extra.a', 'infinity'],
    ['extra: {a: 12345678901234567890}', 'nodes[0].extra.a', 'put it in quotes'],
    ['extra: {a: !!binary aGk=}', 'nodes[0].extra.a', '!!binary'],
    ['extra: {[1, 2]: 3}', 'nodes[0].extra["?"]', 'plain word'],
    ['extra: {<<: 5}', 'nodes[0].extra["<<"]', 'merged'],
    ['name: 1be26c0b03f24d2eae87c02d7f33c123', 'nodes[0].name', 'key is there already'],
    ['ports: [{address: 525400123456}]', 'nodes[0].ports[0].address', 'the number 525400123456: put it in quotes'],
    ['ports: [{address: "52:54:00:12:34:56", pxe_enabled: "yes"}]', 'nodes[0].ports[0].pxe_enabled', 'true or false'],
    ['ports: [5]', 'nodes[0].ports[0]', 'a map is needed'],
    ['ports: [{}]', 'nodes[0].ports[0].address', 'is missing'],
    ['conductor_group: a/b', 'nodes[0].conductor_group', 'not a conductor group'],
    ['deploy_interface: "direct\\n"', 'nodes[0].deploy_interface', 'not the name'],
  ])('%s', (line, field, message) => {
    const [problem, ...others] = problemsOf(node(line))
    expect(problem).toContain(`: ${field}: `)
    expect(problem).toContain(message)
    expect(others).toEqual([])
  })

  it('refuses a name that looks like a UUID, and a node that nothing names', () => {
    expect(problemsOf('nodes: [{name: 1be26c0b03f24d2eae87c02d7f33c123, driver: d}]')).toEqual([
      expect.stringContaining('nodes[0].name: "1be26c0b03f24d2eae87c02d7f33c123" looks like a UUID'),
    ])
    expect(problemsOf('nodes: [{driver: d}]')).toEqual([expect.stringContaining('nodes[0]: a name, a uuid or a port')])
  })

  it('says of a MAC that YAML 1.1 reads as a number to put it in quotes', () => {
    const text = `%YAML 1.1\n---\n${node('ports: [{address: 52:54:00:12:34:56}]')}`
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(
        /^fleet\.yaml:6:23: nodes\[0\]\.ports\[0\]\.address: a string is needed, .* put it in quotes$/,
      ),
    ])
  })

  it.each([
    ['', 'fleet.yaml:1:1: the file is empty'],
    [' \n# nothing\n', 'fleet.yaml:1:1: the file is empty'],
    ['5', 'fleet.yaml:1:1: a map with the key nodes is needed, found the number 5'],
    ['{}', 'fleet.yaml:1:1: nodes: is missing; a fleet without nodes says nodes: []'],
    ['nodes: 5', 'fleet.yaml:1:8: nodes: a list is needed, found the number 5'],
    ['nodes:', 'fleet.yaml:1:7: nodes: a list is needed, found nothing'],
    ['node: []', 'fleet.yaml:1:1: node: unknown key; did you mean nodes?'],
    ['nodes: []\n---\nnodes: []', 'only one YAML document is allowed'],
    ['nodes: [', 'fleet.yaml:1:9: '],
    ['nodes: [*x]', 'fleet.yaml:1:9: nodes[0]: alias *x: no anchor'],
    ['nodes: [!mine {}]', 'fleet.yaml:1:9: '],
    ['nodes: &a [*a]', 'fleet.yaml:1:12: nodes[0]: alias *a: no anchor of this name ends before it'],
  ])('%j', (text, problem) => {
    expect(problemsOf(text).join('\n')).toContain(problem)
  })

  it.each([
    ['', '1:1: the file is empty'],
    ['{"nodes": [}', '1:12: not a JSON value'],
    ['{"nodes": []\n "a"', '2:2: a "," or "}" was expected'],
    ['{nodes: []}', '1:2: a key in double quotes was expected'],
    ['{"nodes" []}', '1:10: a ":" was expected'],
    ['{"nodes": []} 5', '1:15: only one JSON value is allowed'],
    ['{"nodes": [{"name": "a', '1:21: a string that never ends'],
    ['{"nodes": [{"name": "a\\x"}]}', '1:21: not a JSON value'],
    ['{"nodes": [\n {"name": "a", "driver": "d", "extra": {"b": "\\n"}}]}', '2:46: nodes[0].extra.b: '],
    ['{"nodes": [], "nodes": []}', '1:15: nodes: the key is there already, on line 1'],
  ])('JSON %j', (text, problem) => {
    expect(problemsOf(text, 'fleet.json').join('\n')).toContain(`fleet.json:${problem}`)
  })

  it('counts what is too much to list', () => {
    const problems = problemsOf(`nodes: [${'5,'.repeat(2500)}]`)
    expect(problems).toHaveLength(1001)
    expect(problems.at(-1)).toBe('fleet.yaml: ... and 1500 more problems')
  })
})

// Longer than the usual five seconds, for a busy machine.
describe('hostile files', { timeout: 60_000 }, () => {
  it.each([
    ['YAML', '['.repeat(100_000), 'fleet.yaml'],
    ['YAML, balanced', node(`extra: {a: ${'['.repeat(100)}${']'.repeat(100)}}`), 'fleet.yaml'],
    ['JSON', '['.repeat(100_000), 'fleet.json'],
    ['JSON in extra', `{"nodes":[{"name":"n","driver":"d","extra":${'{"a":'.repeat(200)}1`, 'fleet.json'],
  ])('deep nesting in %s is refused', (_, text, fileName) => {
    expect(problemsOf(text, fileName).join('\n')).toContain('nested more than 64 levels deep')
  })

  it('aliases of aliases do not unfold without end', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(10)}]`)
    const problems = problemsOf(node('extra:', '  l0: &l0 [1,1,1,1,1,1,1,1,1,1]', ...levels.map((line) => `  ${line}`)))
    expect(problems[0]).toContain('aliases unfold to more than')
  })

  it('a file that is not UTF-8 is refused, and a byte order mark is not', () => {
    expect(() => decodeFleet(Buffer.from([0x6e, 0xff]), 'f')).toThrow('f:1:1: the file is not UTF-8 text')
    expect(decodeFleet(Buffer.from('\ufeffnodes: []'), 'f')).toBe('nodes: []')
  })
})

describe('long files', { timeout: 60_000 }, () => {
  const entries = (count: number): string =>
    Array.from(
      { length: count },
      (_, i) => `- name: n${i}\n  driver: fake-hardware\n  extra: {text: "${'x'.repeat(80)}"}\n`,
    ).join('')
  const count = 1500

  it('read in pieces are the same fleet', () => {
    const nodes = parseFleet(`# a comment\n---\nnodes:\n${entries(count)}`, 'f')
    expect(nodes.map(({ name }) => name)).toEqual(Array.from({ length: count }, (_, i) => `n${i}`))
  })

  it('have the right lines in problems', () => {
    const text = `nodes:\n${entries(count)}- name: n5\n  driver: fake-hardware\n  bot_interface: x\n`
    expect(problemsOf(text)).toEqual([
      `fleet.yaml:${2 + 3 * count}:9: nodes[${count}].name: n5 is also that of nodes[5].name on line 17`,
      `fleet.yaml:${4 + 3 * count}:3: nodes[${count}].bot_interface: unknown key; did you mean boot_interface?`,
    ])
  })

  it('that can not be cut are read as a whole', () => {
    const anchored = entries(count).replace('- name: n0\n', '- &first\n  name: n0\n')
    const nodes = parseFleet(`nodes:\n${anchored}- {<<: *first, name: last}\n`, 'f')
    expect(nodes.at(-1)).toMatchObject({ name: 'last', extra: { text: 'x'.repeat(80) } })
    expect(problemsOf(`nodes:\n${entries(count)}other: 5\n`)).toEqual([
      `fleet.yaml:${2 + 3 * count}:1: other: unknown key; known are nodes`,
    ])
    expect(problemsOf(`nodes:\n${entries(count)}- name: "n\n`).length).toBeGreaterThan(0)
  })
})

describe('the place of a field', () => {
  it('is the line of the field, or of its entry', () => {
    const { place } = readFleet(node('ports:', '- {address: "52:54:00:12:34:56"}'), 'f')
    expect(place('nodes[0].ports[0].address')).toBe('f:5:17')
    expect(place('nodes[0].uuid')).toBe('f:2:5')
    expect(place('')).toBe('f')
  })
})
