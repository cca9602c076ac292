import { describe, expect, it } from 'vitest'
import { startBootServer } from '../../../test/support/boot-server.ts'
import { ask, header } from '../../../test/support/boot-wire.ts'
import { startRestServer } from '../../../test/support/rest-server.ts'

describe('discovery', () => {
  it.each(['/', '/v1', '/v1/'])('%s leads to version 1', async (target) => {
    const { address } = await startRestServer()
    const response = await ask(address, `GET ${target} HTTP/1.1`)
    expect(response.status).toBe(200)
    expect(header(response, 'Content-Type')).toMatch(/^application\/json/)
    expect(response.body).toContain('{"href":"http://boot.example/v1/","rel":"self"}')
    expect(JSON.parse(response.body)).toMatchObject(target === '/' ? { default_version: { id: 'v1' } } : { id: 'v1' })
  })

  it('links to the public endpoint where there is one', async () => {
    const { address } = await startRestServer({}, { publicEndpoint: 'https://boot.example/baremetal/' })
    const { body } = await ask(address, 'GET / HTTP/1.1')
    expect(body).toContain('"https://boot.example/baremetal/v1/"')
  })

  it('says but a name beside an Ironic', async () => {
    const { address } = await startBootServer()
    expect(JSON.parse((await ask(address, 'GET / HTTP/1.1')).body)).toMatchObject({ name: 'bootring', versions: [] })
    expect((await ask(address, 'GET /v1 HTTP/1.1')).status).toBe(404)
  })
})
