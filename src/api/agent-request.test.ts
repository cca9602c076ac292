import { expect, it } from 'vitest'
import { isAgentRequest } from './agent-request.ts'

it.each([
  ['GET', '/v1/lookup?addresses=52:54:00:12:34:56', true],
  ['GET', '/v1/lookup/', true],
  ['POST', '/v1/heartbeat/1be26c0b-03f2-4d2e-ae87-c02d7f33c123', true],
  ['POST', '/v1/heartbeat/rack1-n1?x=1', true],
  ['POST', '/v1/continue_inspection?node_uuid=x', true],
  ['GET', '/v1/continue_inspection', false],
  ['POST', '/v1/continue_inspection/x', false],
  ['POST', '/v1/lookup', false],
  ['GET', '/v1/heartbeat/rack1-n1', false],
  ['POST', '/v1/heartbeat/', false],
  ['POST', '/v1/heartbeat/a/b', false],
  ['GET', '/v1/lookups', false],
  ['GET', '/v1/nodes', false],
  ['GET', '/', false],
] as const)('%s %s is for agents: %s', (method, target, expected) => {
  expect(isAgentRequest(method, target)).toBe(expected)
})
