import { describe, expect, it } from 'vitest'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { loadConfig } from '../../config/load.ts'
import { resolveInstallation } from '../installation.ts'
import { addressRules, buildConductorClient } from './build-conductor-client.ts'

function installation(overrides: Record<string, Record<string, string>>) {
  const facts = { uid: 0, env: {}, hostname: 'h', addresses: ['192.0.2.1'] }
  return resolveInstallation(loadConfig({ files: [], env: {}, overrides }), facts)
}

function build(options: Record<string, string>) {
  return buildConductorClient(installation({ json_rpc: options }), recordingLogger())
}

/** Attached. */
function attached(bootring: Record<string, string>, jsonRpc: Record<string, string> = {}) {
  return installation({
    bootring: { mode: 'attached', ...bootring },
    database: { connection: 'sqlite:////x' },
    json_rpc: jsonRpc,
  })
}

describe('buildConductorClient', () => {
  it.each([
    [{ cafile: '/nonexistent/ca.pem' }, '[json_rpc]cafile: ENOENT'],
    [{ username: 'api' }, 'belong together'],
  ])('says at once what is wrong with %j', (options, message) => {
    expect(() => build(options as Record<string, string>)).toThrow(message)
  })
})

describe('addressRules', () => {
  it("leads to bootring's conductors beside Ironic's, or to Ironic's own", () => {
    expect(addressRules(attached({ conductor_addresses: 'a=192.0.2.7' }, { port: '8099' }))).toEqual({
      defaultPort: 8099,
      portOfNeighbour: 8189,
      known: new Map([['a', { host: '192.0.2.7' }]]),
    })
    expect(addressRules(attached({ rpc_port: '0' }))).toMatchObject({ defaultPort: 8089, portOfNeighbour: undefined })
    expect(addressRules(installation({ json_rpc: { port: '8099' } }))).toEqual({ defaultPort: 8099 })
  })

  it('does not send what is meant for keystone to a conductor', () => {
    const refused = attached({}, { auth_strategy: 'keystone', username: 'ironic', password: 'x' })
    expect(() => buildConductorClient(refused, recordingLogger())).toThrow('in a file that only bootring reads')
  })
})
