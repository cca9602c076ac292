import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { BootringError, type ErrorCode, errorKinds } from '../model/errors.ts'
import { type CallContext, type Handlers, rpcVersion } from './contract.ts'
import { createDispatcher } from './dispatcher.ts'

// A loaded machine must not fail a test.
vi.setConfig({ testTimeout: 30_000 })

const nodeId = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const params = { node_id: nodeId, name: 'boot.ipxe', context: {}, 'rpc.version': '1.56' }

type GetBootConfig = Handlers['get_boot_config']

async function answer(body: unknown, handler: GetBootConfig = async () => '#!ipxe\n', logger = recordingLogger()) {
  const text = await createDispatcher(
    { get_boot_config: handler },
    logger,
  )(typeof body === 'string' ? body : JSON.stringify(body))
  return text === undefined ? undefined : JSON.parse(text)
}

const request = (fields: object = {}) => ({ jsonrpc: '2.0', method: 'get_boot_config', id: 'req-1', params, ...fields })
const withParams = (fields: object) => request({ params: { ...params, ...fields } })

describe('createDispatcher', () => {
  it('calls the handler with its own parameters only, and says who asks', async () => {
    const seen: unknown[] = []
    const handler: GetBootConfig = async (given: object, context: CallContext) => {
      seen.push({ ...given }, { ...context })
      return '#!ipxe\n'
    }
    expect(await answer(withParams({ context: { request_id: 'req-7', user: 'x' } }), handler)).toEqual({
      jsonrpc: '2.0',
      id: 'req-1',
      result: '#!ipxe\n',
    })
    expect(seen).toEqual([{ node_id: nodeId, name: 'boot.ipxe' }, { requestId: 'req-7' }])
  })

  it.each([undefined, '1.0', '1.34', '1.56', rpcVersion])('answers callers that say version %s', async (version) => {
    expect(await answer(withParams({ 'rpc.version': version }))).toMatchObject({ result: '#!ipxe\n' })
  })

  it.each([
    [{ request_id: 'x'.repeat(5000) }, 'req-1', 'req-1'],
    [{ request_id: 5 }, 'req-1', 'req-1'],
    [{}, 7, expect.stringMatching(/^req-[0-9a-f-]{36}$/)],
  ])('finds a request id in %o and %o', async (context, id, expected) => {
    let requestId = ''
    await answer({ ...withParams({ context }), id }, async (_params, given) => {
      requestId = given.requestId
      return ''
    })
    expect(requestId).toEqual(expected)
  })

  it.each([
    ['no JSON', '{', -32700, null],
    ['nothing', '', -32700, null],
    ['a batch', [request()], -32600, null],
    ['an empty batch', [], -32600, null],
    ['a string', '"x"', -32600, null],
    ['null', 'null', -32600, null],
    ['no version', request({ jsonrpc: undefined }), -32600, null],
    ['another version', request({ jsonrpc: '1.0' }), -32600, null],
    ['a version that is a number', request({ jsonrpc: 2 }), -32600, null],
    ['no method', request({ method: undefined }), -32600, null],
    ['an empty method', request({ method: '' }), -32600, null],
    ['a method that is a list', request({ method: ['get_boot_config'] }), -32600, null],
    ['positional parameters', request({ params: [nodeId, 'boot.ipxe'] }), -32600, null],
    ['parameters that are null', request({ params: null }), -32600, null],
    ['an id that is an object', request({ id: {} }), -32600, null],
    ['an id that is a boolean', request({ id: true }), -32600, null],
    ['an unknown method', request({ method: 'destroy_node' }), -32601, 'req-1'],
    ['a method that this server has no handler for', request({ method: 'get_boot_file' }), -32601, 'req-1'],
    ['no parameters', request({ params: undefined }), -32602, 'req-1'],
    ['no context', withParams({ context: undefined }), -32602, 'req-1'],
    ['a context that is a list', withParams({ context: [] }), -32602, 'req-1'],
    ['a context that is null', withParams({ context: null }), -32602, 'req-1'],
    ['a version that is no string', withParams({ 'rpc.version': 1 }), -32602, 'req-1'],
    ['a version that is none', withParams({ 'rpc.version': 'newest' }), -32602, 'req-1'],
    ['another major version', withParams({ 'rpc.version': '2.0' }), -32001, 'req-1'],
    ['a later minor version', withParams({ 'rpc.version': '1.9999' }), -32001, 'req-1'],
    ['a parameter of a later version', withParams({ 'rpc.version': '1.9999', later: true }), -32001, 'req-1'],
    ['a missing parameter', withParams({ name: undefined }), -32602, 'req-1'],
    ['an unknown parameter', withParams({ force: true }), -32602, 'req-1'],
    ['a parameter of another type', withParams({ node_id: 1 }), -32602, 'req-1'],
    ['an endless name', withParams({ name: 'x'.repeat(10_000) }), -32602, 'req-1'],
    ['a __proto__ parameter', JSON.stringify(request()).replace('"name"', '"__proto__":{},"name"'), -32602, 'req-1'],
  ])('refuses %s', async (_what, body, code, id) => {
    const refused = await answer(body)
    expect(refused).toMatchObject({ jsonrpc: '2.0', id, error: { code } })
    expect(refused).not.toHaveProperty('result')
    // Ironic's callers would look up `data.class` in their own exceptions.
    expect(refused.error).not.toHaveProperty('data')
    expect(refused.error.message.length).toBeLessThan(400)
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then'])(
    'finds no method in the name %s',
    async (method) => {
      expect(await answer(request({ method }))).toMatchObject({ error: { code: -32601 } })
    },
  )

  it.each(Object.keys(errorKinds) as ErrorCode[])('tells the caller of %s', async (code) => {
    const refused = await answer(request(), async () => {
      throw new BootringError(code, 'what happened')
    })
    const { rpcCode, rpcClass } = errorKinds[code]
    expect(refused).toEqual({
      jsonrpc: '2.0',
      id: 'req-1',
      error: { code: rpcCode, message: 'what happened', data: { class: rpcClass } },
    })
  })

  it('masks a fault of its own, and logs its cause', async () => {
    const logger = recordingLogger()
    const fault = new Error('secret detail')
    const refused = await answer(request(), () => Promise.reject(fault), logger)
    expect(refused).toMatchObject({ id: 'req-1', error: { code: 500 } })
    expect(refused.error).not.toHaveProperty('data')
    expect(JSON.stringify(refused)).not.toContain('secret')
    expect(logger.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields.err)).toEqual([fault])
  })

  it('masks a handler that throws what is no error, or at once', async () => {
    expect(await answer(request(), () => Promise.reject('text'))).toMatchObject({ error: { code: 500 } })
    const throws: GetBootConfig = () => {
      throw new TypeError('at once')
    }
    expect(await answer(request(), throws)).toMatchObject({ error: { code: 500 } })
  })

  it('never sends a result that the contract forbids', async () => {
    const broken = (async () => ({ text: 'x' })) as unknown as GetBootConfig
    expect(await answer(request(), broken)).toMatchObject({ error: { code: 500 } })
  })

  it('carries out a notification without answering it, not even with an error', async () => {
    let calls = 0
    const handler: GetBootConfig = async () => {
      calls++
      throw new BootringError('NodeNotFound', 'x')
    }
    expect(await answer(request({ id: undefined }), handler)).toBeUndefined()
    expect(await answer(request({ id: null }), handler)).toBeUndefined()
    expect(await answer(request({ id: undefined, method: 'unknown' }), handler)).toBeUndefined()
    expect(calls).toBe(2)
  })

  it.each([
    ['lists', '['.repeat(500_000) + ']'.repeat(500_000)],
    ['lists without an end', '['.repeat(1_000_000)],
    ['objects', `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`],
    ['lists as id', `{"jsonrpc":"2.0","method":"x","id":${'['.repeat(400_000)}${']'.repeat(400_000)}}`],
    [
      'lists as parameters',
      `{"jsonrpc":"2.0","method":"get_boot_config","id":1,"params":${'['.repeat(400_000)}${']'.repeat(400_000)}}`,
    ],
    [
      'lists as a parameter',
      `{"jsonrpc":"2.0","method":"get_boot_config","id":1,"params":{"context":{},"node_id":"x","name":${'['.repeat(400_000)}${']'.repeat(400_000)}}}`,
    ],
  ])('survives deeply nested %s', async (_what, body) => {
    expect(await answer(body)).toMatchObject({ error: { code: expect.any(Number) } })
  })

  it('takes a deeply nested context, and gives it to nobody', async () => {
    const context = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
    const body = JSON.stringify(request()).replace('"context":{}', `"context":${context}`)
    expect(await answer(body)).toMatchObject({ result: '#!ipxe\n' })
  })

  it('answers any text with an answer or an error of the protocol', async () => {
    const codes = new Set([-32700, -32600, -32601, -32602, -32001])
    const nearly = fc.record(
      {
        jsonrpc: fc.oneof(fc.constant('2.0'), fc.jsonValue()),
        method: fc.oneof(fc.constantFrom('get_boot_config', '__proto__', ''), fc.jsonValue()),
        params: fc.oneof(
          fc.record(
            { node_id: fc.jsonValue(), name: fc.jsonValue(), context: fc.jsonValue(), 'rpc.version': fc.jsonValue() },
            { requiredKeys: [] },
          ),
          fc.jsonValue(),
        ),
        id: fc.oneof(fc.string(), fc.integer(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      nearly.map((value) => JSON.stringify(value)),
    )
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const answered = await answer(text)
        if (answered === undefined) return
        expect(answered.jsonrpc).toBe('2.0')
        if ('result' in answered) expect(answered.result).toBe('#!ipxe\n')
        else expect(codes).toContain(answered.error.code)
      }),
      { numRuns: 500 },
    )
  })
})
