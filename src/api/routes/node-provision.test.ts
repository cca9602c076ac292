import { describe, expect, it } from 'vitest'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { startRestServer } from '../../../test/support/rest-server.ts'
import type { NodeRecord } from '../../model/records.ts'

const path = '/v1/nodes/one/states/provision'
const steps = [{ interface: 'deploy', step: 'erase_devices' }]

async function serverWith(node: Partial<NodeRecord>) {
  const server = await startRestServer()
  const record = aNodeRecord({ name: 'one', ...node })
  server.reader.allNodes.push(record)
  return { ...server, node: record }
}

describe('a verb of provisioning', () => {
  it.each([
    ['manage', 'enroll', {}, 'do_provisioning_action', { action: 'manage' }],
    ['provide', 'manageable', {}, 'do_provisioning_action', { action: 'provide' }],
    ['adopt', 'manageable', {}, 'do_provisioning_action', { action: 'adopt' }],
    ['abort', 'clean wait', {}, 'do_provisioning_action', { action: 'abort' }],
    ['unhold', 'clean hold', {}, 'do_provisioning_action', { action: 'unhold' }],
    ['inspect', 'manageable', {}, 'inspect_hardware', {}],
    ['active', 'available', {}, 'do_node_deploy', { rebuild: false }],
    ['deploy', 'available', {}, 'do_node_deploy', { rebuild: false }],
    ['active', null, { configdrive: 'aGk=\n' }, 'do_node_deploy', { rebuild: false, configdrive: 'aGk=\n' }],
    [
      'rebuild',
      'active',
      { configdrive: 'http://a/b' },
      'do_node_deploy',
      { rebuild: true, configdrive: 'http://a/b' },
    ],
    [
      'active',
      'available',
      { configdrive: { meta_data: { name: 'x' }, user_data: null } },
      'do_node_deploy',
      { rebuild: false, configdrive: '{"meta_data":{"name":"x"},"user_data":null}' },
    ],
    [
      'active',
      'available',
      { deploy_steps: [{ ...steps[0], args: {}, priority: 90 }] },
      'do_node_deploy',
      { rebuild: false, deploy_steps: [{ ...steps[0], args: {}, priority: 90 }] },
    ],
    ['deleted', 'active', {}, 'do_node_tear_down', {}],
    ['undeploy', 'deploy failed', {}, 'do_node_tear_down', {}],
    ['clean', 'manageable', { clean_steps: steps }, 'do_node_clean', { clean_steps: steps, disable_ramdisk: false }],
    [
      'clean',
      'manageable',
      { clean_steps: steps, disable_ramdisk: 'True' },
      'do_node_clean',
      { clean_steps: steps, disable_ramdisk: true },
    ],
    [
      'service',
      'active',
      { service_steps: steps },
      'do_node_service',
      { service_steps: steps, disable_ramdisk: false },
    ],
    ['rescue', 'active', { rescue_password: 'pw' }, 'do_node_rescue', { rescue_password: 'pw' }],
    ['unrescue', 'rescue', {}, 'do_node_unrescue', {}],
  ])('%s from %s with %j', async (target, provision_state, body, method, params) => {
    const { ask, calls, node } = await serverWith({ provision_state })
    const answer = await ask('PUT', path, { body: { target, ...body } })
    expect([answer.status, answer.body, answer.fault]).toEqual([202, undefined, ''])
    expect(answer.headers.get('Location')).toMatch(/\/v1\/nodes\/one\/states$/)
    expect(calls).toEqual([{ hostname: 'one', method, params: { node_id: node.uuid, ...params } }])
  })

  it.each([
    ['nothing', {}, '1.96', 'enroll', 400],
    ['what there is not', { target: 'fly' }, '1.96', 'enroll', 400],
    ['what the state does not know', { target: 'provide' }, '1.96', 'active', 400],
    ['more than there is', { target: 'manage', other: 1 }, '1.96', 'enroll', 400],
    ['cleaning without steps', { target: 'clean' }, '1.96', 'manageable', 400],
    [
      'cleaning with bad steps',
      { target: 'clean', clean_steps: [{ interface: 'x', step: 'y' }] },
      '1.96',
      'manageable',
      400,
    ],
    ['steps with another verb', { target: 'manage', clean_steps: steps }, '1.96', 'enroll', 400],
    ['servicing without steps', { target: 'service' }, '1.96', 'active', 400],
    ['rescue without a password', { target: 'rescue', rescue_password: ' ' }, '1.96', 'active', 400],
    ['a password with another verb', { target: 'manage', rescue_password: 'x' }, '1.96', 'enroll', 400],
    ['a config drive with another verb', { target: 'manage', configdrive: 'aGk=' }, '1.96', 'enroll', 400],
    ['a config drive that is none', { target: 'active', configdrive: '{"a":1}' }, '1.96', 'available', 400],
    [
      'a config drive that is too large',
      { target: 'active', configdrive: 'a'.repeat(1_048_577) },
      '1.96',
      'available',
      400,
    ],
    ['an object for it too early', { target: 'active', configdrive: {} }, '1.55', 'available', 400],
    ['a runbook', { target: 'clean', runbook: 'x' }, '1.96', 'manageable', 404],
    ['to switch the ramdisk off elsewhere', { target: 'inspect', disable_ramdisk: true }, '1.96', 'manageable', 400],
    ['cleaning too early', { target: 'clean', clean_steps: steps }, '1.14', 'manageable', 406],
    ['service too early', { target: 'service', service_steps: steps }, '1.86', 'active', 406],
    ['deploy too early', { target: 'deploy' }, '1.72', 'available', 406],
    ['to abort an inspection too early', { target: 'abort' }, '1.40', 'inspect wait', 406],
  ])('is not taken that asks for %s', async (_what, body, version, provision_state, status) => {
    const { ask, calls } = await serverWith({ provision_state })
    const answer = await ask('PUT', path, { body, version })
    expect([answer.status, answer.fault, calls]).toEqual([status, expect.stringMatching(/./), []])
  })

  it('is told who works on the node', async () => {
    const { ask } = await serverWith({ provision_state: 'deploying', reservation: 'two' })
    expect(await ask('PUT', path, { body: { target: 'provide' } })).toMatchObject({
      status: 409,
      fault: expect.stringContaining('locked by host two'),
    })
  })

  it('does not deploy in maintenance', async () => {
    const { ask } = await serverWith({ provision_state: 'available', maintenance: true })
    expect((await ask('PUT', path, { body: { target: 'active' } })).status).toBe(400)
  })
})
