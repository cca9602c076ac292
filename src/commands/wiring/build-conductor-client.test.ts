import { describe, expect, it } from 'vitest'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { loadConfig } from '../../config/load.ts'
import { resolveInstallation } from '../installation.ts'
import { buildConductorClient } from './build-conductor-client.ts'

function build(options: Record<string, string>) {
  const loaded = loadConfig({ files: [], env: {}, overrides: { json_rpc: options } })
  const facts = { uid: 0, env: {}, hostname: 'h', addresses: ['192.0.2.1'] }
  return buildConductorClient(resolveInstallation(loaded, facts), recordingLogger())
}

describe('buildConductorClient', () => {
  it.each([
    [{ cafile: '/nonexistent/ca.pem' }, '[json_rpc]cafile: ENOENT'],
    [{ username: 'api' }, 'belong together'],
  ])('says at once what is wrong with %j', (options, message) => {
    expect(() => build(options as Record<string, string>)).toThrow(message)
  })
})
