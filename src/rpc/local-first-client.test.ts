import { describe, expect, it } from 'vitest'
import type { ConductorClient, Handlers } from './contract.ts'
import { localFirst } from './local-first-client.ts'

const params = { node_id: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123', name: 'boot.ipxe' }
const handlers: Handlers = {
  get_boot_config: async ({ name }, { requestId }) => `local ${name} ${requestId}`,
}
const remote = {
  call: async (hostname: string) => `remote ${hostname}`,
} as ConductorClient

describe('localFirst', () => {
  const client = localFirst('me:8090', handlers, remote)

  it('calls its own handlers under its own name', async () => {
    expect(await client.call('me:8090', 'get_boot_config', params, { requestId: 'r' })).toBe('local boot.ipxe r')
  })

  it('calls all others by the network', async () => {
    expect(await client.call('me', 'get_boot_config', params, { requestId: 'r' })).toBe('remote me')
    expect(await client.call('other', 'get_boot_config', params, { requestId: 'r' })).toBe('remote other')
  })

  it('says what it does not know', async () => {
    const file = { ...params, sha256: '0'.repeat(64) }
    await expect(client.call('me:8090', 'get_boot_file', file, { requestId: 'r' })).rejects.toMatchObject({
      code: 'UnsupportedCall',
    })
  })

  it('asks for no signal, which callers make when it is asked for', async () => {
    const context = {
      requestId: 'r',
      get signal(): AbortSignal {
        throw new Error('it was asked for')
      },
    }
    expect(await client.call('me:8090', 'get_boot_config', params, context)).toBe('local boot.ipxe r')
  })
})
