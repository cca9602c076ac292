import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aNodeRecord } from '../../test/support/management-records.ts'
import { BootringError } from '../model/errors.ts'
import { newNode, patchedNode } from './node.ts'

/** Code and message of what a call throws. */
function failure(act: () => unknown): { code: string; message: string } {
  try {
    return { code: 'none', message: JSON.stringify(act()) }
  } catch (error) {
    if (error instanceof BootringError) return { code: error.code, message: error.message }
    throw error
  }
}

describe('a patch of a node', () => {
  it.each([
    ['sets a field', [{ op: 'replace', path: '/name', value: 'other' }], { name: 'other' }],
    ['adds a member', [{ op: 'add', path: '/extra/rack', value: 4 }], { extra: { a: [1, 2], rack: 4 } }],
    ['removes a member', [{ op: 'remove', path: '/extra/a' }], { extra: {} }],
    ['adds to a list', [{ op: 'add', path: '/extra/a/-', value: 3 }], { extra: { a: [1, 2, 3] } }],
    ['adds into a list', [{ op: 'add', path: '/extra/a/0', value: 0 }], { extra: { a: [0, 1, 2] } }],
    ['replaces in a list', [{ op: 'replace', path: '/extra/a/1', value: 9 }], { extra: { a: [1, 9] } }],
    ['knows escaped names', [{ op: 'add', path: '/extra/a~1b~0c', value: 1 }], { extra: { a: [1, 2], 'a/b~c': 1 } }],
    ['gives what is removed its default', [{ op: 'remove', path: '/maintenance' }], { maintenance: false }],
    ['empties a removed object', [{ op: 'remove', path: '/extra' }], { extra: {} }],
    [
      'takes words for flags',
      [{ op: 'replace', path: '/automated_clean', value: 'False' }],
      { automated_clean: false },
    ],
    [
      'groups in lower case',
      [{ op: 'replace', path: '/conductor_group', value: 'Rack1' }],
      { conductor_group: 'rack1' },
    ],
    ['leaves out what stays', [{ op: 'replace', path: '/driver', value: 'fake-hardware' }], {}],
    [
      'undoes itself',
      [
        { op: 'add', path: '/extra/x', value: 1 },
        { op: 'remove', path: '/extra/x' },
      ],
      {},
    ],
    ['lets go of a chassis that is not there', [{ op: 'remove', path: '/chassis_uuid' }], {}],
    [
      'reads UUIDs',
      [{ op: 'add', path: '/instance_uuid', value: '5A6B1A6BC8064A2EB68B30A7ACFA8570' }],
      { instance_uuid: '5a6b1a6b-c806-4a2e-b68b-30a7acfa8570' },
    ],
  ])('%s', (_what, patch, changes) => {
    const node = aNodeRecord({ extra: { a: [1, 2] }, maintenance: true })
    const before = structuredClone(node)
    expect(patchedNode(node, patch)).toEqual(changes)
    expect(node).toEqual(before)
  })

  it.each([
    [
      'InvalidParameter',
      'Cannot patch /provision_state',
      [{ op: 'replace', path: '/provision_state', value: 'active' }],
    ],
    ['InvalidParameter', 'Cannot patch /reservation', [{ op: 'remove', path: '/reservation' }]],
    ['InvalidParameter', 'Cannot patch /uuid', [{ op: 'replace', path: '/uuid', value: 'x' }]],
    [
      'InvalidParameter',
      'Cannot patch /driver_internal_info',
      [{ op: 'add', path: '/driver_internal_info/x', value: 1 }],
    ],
    ['InvalidParameter', 'Cannot patch /nonsense', [{ op: 'add', path: '/nonsense', value: 1 }]],
    ['InvalidParameter', 'Cannot patch /toString', [{ op: 'add', path: '/toString', value: 1 }]],
    ['InvalidParameter', 'list of operations', { op: 'add', path: '/name', value: 'x' }],
    ['InvalidParameter', 'is no operation', ['x']],
    [
      'InvalidParameter',
      '"move" is no operation',
      [{ op: 'move', from: '/name', path: '/extra/name' }].map(({ op, path }) => ({ op, path })),
    ],
    ['InvalidParameter', 'no "from"', [{ op: 'add', from: '/name', path: '/extra/name' }]],
    ['InvalidParameter', 'is no path', [{ op: 'add', path: 'name', value: 1 }]],
    ['InvalidParameter', 'is no path', [{ op: 'add', path: '', value: {} }]],
    ['InvalidParameter', 'is no path', [{ op: 'add', path: '/extra//x', value: {} }]],
    ['InvalidParameter', 'is no path', [{ op: 'add', path: '/extra/~2', value: {} }]],
    ['InvalidParameter', 'needs a value', [{ op: 'add', path: '/name' }]],
    ['InvalidParameter', 'nothing can be at', [{ op: 'add', path: '/extra/__proto__/x', value: 1 }]],
    ['InvalidParameter', 'nothing can be at', [{ op: 'add', path: '/extra/constructor', value: 1 }]],
    ['InvalidParameter', '"__proto__"', [{ op: 'add', path: '/extra/x', value: JSON.parse('{"__proto__":{"x":1}}') }]],
    ['InvalidParameter', 'operations', Array.from({ length: 1001 }, () => ({ op: 'add', path: '/name', value: 'x' }))],
    ['PatchFailed', "there is no 'rack' to remove", [{ op: 'remove', path: '/extra/rack' }]],
    ['PatchFailed', "there is no 'rack' to replace", [{ op: 'replace', path: '/extra/rack', value: 1 }]],
    ['PatchFailed', "there is no 'b' to go through", [{ op: 'add', path: '/extra/b/c', value: 1 }]],
    ['PatchFailed', "there is no 'toString' to go through", [{ op: 'add', path: '/extra/toString/c', value: 1 }]],
    ['PatchFailed', 'is no index there', [{ op: 'add', path: '/extra/a/3', value: 1 }]],
    ['PatchFailed', "there is no '2' to replace", [{ op: 'replace', path: '/extra/a/2', value: 1 }]],
    ['PatchFailed', "there is no 'length' to remove", [{ op: 'remove', path: '/extra/a/length' }]],
    ['PatchFailed', 'holds nothing else', [{ op: 'add', path: '/name/x', value: 1 }]],
    ['PatchFailed', "'driver' is a mandatory attribute", [{ op: 'remove', path: '/driver' }]],
    ['InvalidParameter', 'driver must not be empty', [{ op: 'replace', path: '/driver', value: '' }]],
    ['InvalidParameter', 'Expected string for driver', [{ op: 'replace', path: '/driver', value: null }]],
    ['InvalidParameter', 'Expected string for owner', [{ op: 'replace', path: '/owner', value: 5 }]],
    ['InvalidParameter', 'NUL', [{ op: 'replace', path: '/owner', value: 'a\0b' }]],
    ['InvalidParameter', '80 at most', [{ op: 'replace', path: '/resource_class', value: 'x'.repeat(81) }]],
    ['InvalidParameter', 'Expected an object for extra', [{ op: 'replace', path: '/extra', value: [] }]],
    ['InvalidParameter', 'as JSON', [{ op: 'add', path: '/extra/x', value: 'x'.repeat(70_000) }]],
    ['InvalidParameter', 'Invalid maintenance', [{ op: 'replace', path: '/maintenance', value: 'perhaps' }]],
    ['InvalidParameter', 'Expected UUID', [{ op: 'replace', path: '/instance_uuid', value: 'x' }]],
    ['InvalidParameter', 'bootring has no chassis', [{ op: 'add', path: '/chassis_uuid', value: 'x' }]],
    ['InvalidParameter', 'invalid name', [{ op: 'replace', path: '/name', value: 'a b' }]],
    [
      'InvalidParameter',
      'invalid name',
      [{ op: 'replace', path: '/name', value: '5a6b1a6b-c806-4a2e-b68b-30a7acfa8570' }],
    ],
    ['InvalidParameter', 'is reserved', [{ op: 'replace', path: '/name', value: 'detail' }]],
    ['InvalidParameter', 'links has to be a list', [{ op: 'replace', path: '/network_data', value: { links: {} } }]],
  ])('is refused with %s: %s', (code, message, patch) => {
    const found = failure(() => patchedNode(aNodeRecord({ extra: { a: [1, 2] } }), patch))
    expect(found).toEqual({ code, message: expect.stringContaining(message) })
    expect({}).not.toHaveProperty('x')
  })

  it('is refused where it is of a newer version', () => {
    const patch = [{ op: 'replace', path: '/description', value: 'x' }]
    expect(failure(() => patchedNode(aNodeRecord(), patch, 50)).code).toBe('NotAcceptable')
    expect(patchedNode(aNodeRecord(), patch, 51)).toEqual({ description: 'x' })
  })

  it('takes network data', () => {
    const value = {
      links: [{ id: 'eth0', type: 'phy', ethernet_mac_address: '52:54:00:12:34:56' }],
      networks: [{ id: 'a', link: 'eth0', type: 'ipv4', network_id: 'a', ip_address: '192.0.2.1' }],
      services: [{ type: 'dns', address: '192.0.2.53' }],
    }
    expect(patchedNode(aNodeRecord(), [{ op: 'add', path: '/network_data', value }])).toEqual({ network_data: value })
  })

  const name = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString', '-', '0', '1'), fc.string())
  const path = fc
    .tuple(fc.constantFrom('extra', 'driver_info', 'name', 'properties', 'driver', 'x', 'protected'), fc.array(name))
    .map(([field, rest]) => ['', field, ...rest].join('/'))
  const operation = fc.record(
    { op: fc.constantFrom('add', 'remove', 'replace', 'test'), path, value: fc.jsonValue() },
    { requiredKeys: ['op', 'path'] },
  )

  it('is applied or refused, and nothing else happens', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: operation }, fc.jsonValue()), { maxLength: 4 }),
        (patch) => {
          const node = aNodeRecord({ extra: { a: { b: 1 }, list: [1] } })
          const before = structuredClone(node)
          const { code } = failure(() => patchedNode(node, patch))
          seen.add(code)
          expect(node).toEqual(before)
          expect(Object.keys(Object.prototype)).toEqual([])
          expect(Object.keys(Object.prototype.toString)).toEqual([])
        },
      ),
      { numRuns: 600, seed: 5 },
    )
    expect([...seen].sort()).toEqual(['InvalidParameter', 'PatchFailed', 'none'])
  })
})

describe('a new node', () => {
  it('is read from a body', () => {
    const body = {
      driver: 'fake-hardware',
      uuid: null,
      name: 'n',
      driver_info: null,
      retired: 'yes',
      chassis_uuid: null,
    }
    expect(newNode(body, 80)).toEqual({
      driver: 'fake-hardware',
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'n',
      retired: true,
      provision_state: 'enroll',
    })
  })

  it('began as available before there was enrolment', () => {
    expect(newNode({ driver: 'x' }, 10).provision_state).toBe('available')
    expect(newNode({ driver: 'x' }, 11).provision_state).toBe('enroll')
    expect(newNode({ driver: 'x' })).not.toHaveProperty('provision_state')
  })

  it.each([
    ['InvalidParameter', "'driver' is a required property", {}],
    ['InvalidParameter', 'is no object', []],
    ['InvalidParameter', "'provision_state' was unexpected", { driver: 'x', provision_state: 'active' }],
    ['InvalidParameter', "'protected' was unexpected", { driver: 'x', protected: true }],
    ['InvalidParameter', "'toString' was unexpected", { driver: 'x', toString: 1 }],
    ['InvalidParameter', 'Expected UUID', { driver: 'x', uuid: 'x' }],
    ['InvalidParameter', 'invalid name', { driver: 'x', name: 'a/b' }],
    ['InvalidParameter', 'Expected an object for properties', { driver: 'x', properties: 'x' }],
    ['NotAcceptable', 'shard should be 1.82', { driver: 'x', shard: 's' }],
  ])('is refused with %s: %s', (code, message, body) => {
    expect(failure(() => newNode(body, 81))).toEqual({ code, message: expect.stringContaining(message) })
  })

  it('is read or refused, whatever the body', () => {
    const field = fc.constantFrom(
      'driver',
      'uuid',
      'name',
      'extra',
      'maintenance',
      'network_data',
      'instance_uuid',
      'x',
    )
    const body = fc.oneof(fc.jsonValue(), fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.string()), { maxKeys: 4 }))
    fc.assert(
      fc.property(body, fc.integer({ min: 1, max: 100 }), (given, minor) => {
        failure(() => newNode(given, minor))
      }),
      { numRuns: 600, seed: 5 },
    )
  })
})
