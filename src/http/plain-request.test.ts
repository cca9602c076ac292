import { describe, expect, it } from 'vitest'
import { parsePlainRequest } from './plain-request.ts'

const parse = (text: string) => parsePlainRequest(Buffer.from(text, 'utf8'))
const get = (...fields: string[]) => parse(['GET /v1/boot/x HTTP/1.1', ...fields, '', ''].join('\r\n'))

describe('a plain request', () => {
  it('is what iPXE sends', () => {
    const fields = ['Connection: keep-alive', 'User-Agent: iPXE/1.0.0+git-20190125.36a4c85-5.1', 'Host: 192.0.2.1:6385']
    expect(get(...fields)).toEqual({
      method: 'GET',
      target: '/v1/boot/x',
      fields: `${fields.join('\r\n')}\r\n`,
      body: '',
      last: false,
    })
  })

  it('says when the connection is to end', () => {
    expect(get('Host: h', 'Connection: close', 'X: y')).toMatchObject({ last: true, fields: 'Host: h\r\nX: y\r\n' })
    expect(get('CONNECTION:close')).toMatchObject({ last: true })
    expect(get()).toMatchObject({ last: false, fields: '' })
  })

  it('may have a body whose length is said', () => {
    const body = '{"name":"bøot"}'
    const length = Buffer.byteLength(body)
    const head = `POST / HTTP/1.1\r\nhost: h\r\nconnection: keep-alive\r\ncontent-length: ${length}\r\nX: y\r\n\r\n`
    expect(parse(head + body)).toMatchObject({ method: 'POST', target: '/', body, last: false })
    expect(parse(head + body)?.fields).toContain('X: y\r\n')
    expect(parse(`${head + body} `)).toBeUndefined()
    expect(parse(head + body.slice(1))).toBeUndefined()
  })

  it.each([
    ['another version', 'GET / HTTP/1.0\r\n\r\n'],
    ['another method', 'HEAD / HTTP/1.1\r\n\r\n'],
    ['a method in small letters', 'get / HTTP/1.1\r\n\r\n'],
    ['an absolute target', 'GET http://h/ HTTP/1.1\r\n\r\n'],
    ['two blanks', 'GET  / HTTP/1.1\r\n\r\n'],
    ['half a head', 'GET / HTTP/1.1\r\nHost: h\r\n'],
    ['two requests', 'GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n'],
    ['line feeds alone', 'GET / HTTP/1.1\nHost: h\n\n'],
    ['a folded field', 'GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n'],
    ['a blank before the colon', 'GET / HTTP/1.1\r\nX : a\r\n\r\n'],
    ['a field without a name', 'GET / HTTP/1.1\r\n: a\r\n\r\n'],
    ['a NUL', 'GET / HTTP/1.1\r\nX: \0\r\n\r\n'],
    ['a letter beyond ASCII', 'GET / HTTP/1.1\r\nX: ü\r\n\r\n'],
    ['a GET with a length', 'GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n'],
    ['chunks', 'POST / HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n'],
    ['a list of lengths', 'POST / HTTP/1.1\r\nContent-Length: 0, 0\r\n\r\n'],
    ['a signed length', 'POST / HTTP/1.1\r\nContent-Length: +0\r\n\r\n'],
    ['no length', 'POST / HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['an expectation', 'GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n'],
    ['an upgrade', 'GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['two words on the connection', 'GET / HTTP/1.1\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n'],
    ['a large head', `GET / HTTP/1.1\r\nX: ${'x'.repeat(9000)}\r\n\r\n`],
    ['nothing', ''],
  ])('has no %s', (_what, text) => {
    expect(parse(text)).toBeUndefined()
  })

  it.each(['a', ':', ' ', '\r\n', 'x: y\r\n', 'connection: keep-alive\r\n', 'connection: close\r\n'])(
    'made of %j takes no longer than others to be refused',
    (piece) => {
      const text = `GET / HTTP/1.1\r\n${piece.repeat(Math.floor(8000 / piece.length))}x`
      const before = process.cpuUsage()
      for (let i = 0; i < 100; i += 1) expect(parse(text)).toBeUndefined()
      // Backtracking would take minutes rather than milliseconds.
      expect(process.cpuUsage(before).user).toBeLessThan(5_000_000)
    },
  )
})
