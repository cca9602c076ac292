import { describe, expect, it } from 'vitest'
import { ask as askRaw } from '../../../test/support/boot-wire.ts'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { startRestServer } from '../../../test/support/rest-server.ts'
import { apiLimits } from '../api-limits.ts'

const maintenance = (node: string) => `/v1/nodes/${node}/maintenance`

async function server() {
  const rest = await startRestServer()
  const node = aNodeRecord()
  rest.reader.allNodes.push(node)
  return { ...rest, path: maintenance(node.uuid) }
}

describe('bodies', () => {
  it.each([
    ['not JSON', '{', 400],
    ['of another kind', '[]', 400],
    ['with a member that there is not', '{"other":1}', 400],
    ['with a value of the wrong type', '{"reason":7}', 400],
    ['that reach for prototypes', '{"__proto__":{"x":1}}', 400],
    ['with a NUL', '{"reason":"a\\u0000b"}', 400],
    ['with half a surrogate pair', '{"reason":"\\ud800"}', 400],
    ['nested without end', `{"reason":${'['.repeat(5000)}${']'.repeat(5000)}}`, 400],
    ['that are text', '"x"', 400],
  ])('%s are refused', async (_what, body, status) => {
    const { ask, calls, path } = await server()
    const answer = await ask('PUT', path, { body })
    expect([answer.status, answer.fault === '']).toEqual([status, false])
    expect(calls).toEqual([])
  })

  it('need not be there, whatever the request says of its type', async () => {
    const { ask, path } = await server()
    expect((await ask('PUT', path, { headers: { 'Content-Type': 'application/json' } })).status).toBe(202)
    expect((await ask('DELETE', path, { headers: { 'Content-Type': 'application/json' } })).status).toBe(202)
    expect((await ask('PUT', path)).status).toBe(202)
  })

  it('are JSON, also where nobody says so', async () => {
    const { address, ask, calls, path } = await server()
    const plain = await ask('PUT', path, { body: 'reason=x', headers: { 'Content-Type': 'text/plain' } })
    expect(plain.status).toBe(415)
    const silent = await askRaw(address, `PUT ${path} HTTP/1.1`, 'Content-Length: 14', '', '{"reason":"x"}')
    expect(silent.status).toBe(202)
    expect(calls.map(({ params }) => params.reason)).toEqual(['x'])
  })

  it('may be large, but not without end', async () => {
    const { ask, path } = await server()
    const tooMuch = await ask('PUT', path, { body: { reason: 'x'.repeat(apiLimits.maxBodyBytes) } })
    expect(tooMuch.status).toBe(413)
    expect(tooMuch.fault).not.toBe('')
    const much = await ask('PUT', path, { body: { reason: 'x'.repeat(apiLimits.maxBodyBytes - 100) } })
    expect([much.status, much.fault]).toEqual([400, expect.stringContaining('16000')])
  })
})
