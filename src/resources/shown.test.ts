import { describe, expect, it } from 'vitest'
import { aNodeRecord, aPortgroupRecord, aPortRecord } from '../../test/support/management-records.ts'
import { fieldNames } from './field.ts'
import { nodeFields } from './node-fields.ts'
import { shownNode, shownPort, shownPortgroup } from './shown.ts'
import { checkTrait, checkTraits } from './traits.ts'

const secrets = aNodeRecord({
  driver_info: {
    ipmi_password: 's3cret',
    ipmi_address: '192.0.2.1',
    redfish_address: 'https://admin:s3cret@192.0.2.1/redfish',
    snmp_auth_key: 's3cret',
    snmp_community_read: 's3cret',
    ipmi_hex_kg_key: 's3cret',
    ssh_private_key: 's3cret',
    nested: { list: [{ adminPass: 's3cret', port: 623 }], api_token: { value: 's3cret' } },
  },
  instance_info: {
    rescue_password: 's3cret',
    configdrive: { user_data: 's3cret' },
    image_url: 'http://x/?sig=s3cret',
    kernel: 'k',
  },
  driver_internal_info: { agent_secret_token: 's3cret', _hidden: 's3cret', agent_url: 'http://x', is_whole: true },
})

describe('a node that is shown', () => {
  it('has no secret in it', () => {
    const shown = shownNode(secrets, {}, 96)
    expect(JSON.stringify(shown)).not.toContain('s3cret')
    expect(shown.driver_info).toEqual({
      ipmi_password: '******',
      ipmi_address: '192.0.2.1',
      redfish_address: 'https://admin:******@192.0.2.1/redfish',
      snmp_auth_key: '******',
      snmp_community_read: '******',
      ipmi_hex_kg_key: '******',
      ssh_private_key: '******',
      nested: { list: [{ adminPass: '******', port: 623 }], api_token: '******' },
    })
    expect(shown.instance_info).toEqual({
      rescue_password: '******',
      configdrive: '******',
      image_url: '******',
      kernel: 'k',
    })
    expect(shown.driver_internal_info).toEqual({ agent_url: 'http://x', is_whole: true })
    expect(secrets.driver_info.ipmi_password).toBe('s3cret')
  })

  it.each([
    ['from http://a:s3cret@b/c to ftp://:s3cret@d e', 'from http://a:******@b/c to ftp://:******@d e'],
    ['http://x/?of=http://a:s3/c:ret@b', 'http://x/?of=http://a:******@b'],
    ['http://192.0.2.1:8080/a mail@b', 'http://192.0.2.1:8080/a mail@b'],
    ['http://a@b', 'http://a@b'],
  ])('has no password in %s', (url, without) => {
    expect(shownNode(aNodeRecord({ driver_info: { url } }), {}, 96).driver_info).toEqual({ url: without })
  })

  // Where the time grows with the square of the length, each of these takes hours.
  it.each(['a.', 'a://x:', '://', 'a@', 'a://x:@'])('looks through a long text of "%s" once', (part) => {
    const text = part.repeat(1_000_000)
    expect(shownNode(aNodeRecord({ instance_info: { text } }), {}, 96).instance_info).toEqual({ text })
  })

  it('has the fields of its version', () => {
    const names = (minor: number) => Object.keys(shownNode(aNodeRecord(), {}, minor))
    expect(names(1)).toContain('driver')
    expect(names(1)).not.toContain('name')
    expect(names(5)).toContain('name')
    expect(names(82).filter((name) => !names(81).includes(name))).toEqual(['shard'])
    expect(names(96)).toEqual(fieldNames(nodeFields, 96))
    expect(names(96)).not.toContain('id')
    expect(names(96)).not.toContain('conductor_affinity')
  })

  it('has the fields that were asked for', () => {
    expect(shownNode(aNodeRecord(), { traits: ['CUSTOM_A'] }, 96, ['uuid', 'traits', 'created_at'])).toEqual({
      uuid: aNodeRecord().uuid,
      traits: ['CUSTOM_A'],
      created_at: '2026-01-02T03:04:05+00:00',
    })
    expect(shownNode(aNodeRecord(), {}, 96, ['conductor', 'chassis_uuid', 'traits'])).toEqual({
      conductor: null,
      chassis_uuid: null,
      traits: [],
    })
  })

  it.each([
    [null, 1, null],
    [null, 2, 'available'],
    ['available', 1, null],
    ['inspect wait', 38, 'inspecting'],
    ['inspect wait', 39, 'inspect wait'],
  ])('calls its state %j in 1.%i %j', (provision_state, minor, shown) => {
    expect(shownNode(aNodeRecord({ provision_state }), {}, minor).provision_state).toBe(shown)
  })
})

it('shows ports and portgroups by version', () => {
  expect(Object.keys(shownPort(aPortRecord(), 1))).toEqual([
    'uuid',
    'created_at',
    'updated_at',
    'address',
    'node_uuid',
    'extra',
  ])
  const link = { port_id: 'x', 'vtep-logical-switch': 'a', 'vtep-physical-switch': 'b' }
  const port = aPortRecord({ local_link_connection: link })
  expect(shownPort(port, 89).local_link_connection).toEqual({})
  expect(shownPort(port, 90).local_link_connection).toEqual(link)
  expect(shownPort(port, 96)).not.toHaveProperty('node_id')
  expect(shownPortgroup(aPortgroupRecord(), 25)).not.toHaveProperty('mode')
  expect(shownPortgroup(aPortgroupRecord(), 26)).toMatchObject({ mode: 'active-backup', node_uuid: port.node_uuid })
})

it('knows traits', () => {
  expect(checkTraits(['CUSTOM_GPU', 'HW_CPU_X86_VMX', 'CUSTOM_GPU'])).toEqual(['CUSTOM_GPU', 'HW_CPU_X86_VMX'])
  for (const bad of ['custom_x', 'GPU', 'CUSTOM_', 'CUSTOM_a', `CUSTOM_${'A'.repeat(250)}`, 5, null])
    expect(() => checkTrait(bad), String(bad)).toThrow('Invalid trait')
  expect(() => checkTraits(Array.from({ length: 51 }, (_, n) => `CUSTOM_${n}`))).toThrow('at most 50')
})
