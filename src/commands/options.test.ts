import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../config/load.ts'
import { gatherMachineFacts } from './machine-facts.ts'
import { addConfigOptions, loadFromOptions, loadRequest } from './options.ts'

let file: string
beforeAll(() => {
  file = join(mkdtempSync(join(tmpdir(), 'bootring-options-')), 'a.conf')
  writeFileSync(file, '[deploy]\nhttp_url = http://$my_ip:1\nhttp_root = $state_path/files\n')
})
afterAll(() => {
  rmSync(join(file, '..'), { recursive: true, force: true })
})

describe('--config-file', () => {
  it('may be given several times, and keeps the order', () => {
    const command = addConfigOptions(new Command()).parse(['--config-file', 'a', '--config-file', 'b'], {
      from: 'user',
    })
    expect(command.opts()).toMatchObject({ configFile: ['a', 'b'] })
    expect(loadRequest(command.opts()).files).toEqual(['a', 'b'])
  })

  it('leads to the configuration and the installation, whose own defaults $name stands for', () => {
    const { config, installation, isSet } = loadFromOptions({ configFile: [file] }, { loopbackDefaults: true })
    expect(config.deploy).toMatchObject({
      http_url: 'http://127.0.0.1:1',
      http_root: `${installation.statePath}/files`,
    })
    expect(config.DEFAULT.my_ip).toBeUndefined()
    expect(isSet('deploy', 'http_url')).toBe(true)
    expect(installation).toMatchObject({ config, httpUrl: 'http://127.0.0.1:1', httpRoot: config.deploy.http_root })
  })

  it('that is missing is named', () => {
    expect(() => loadFromOptions({ configFile: ['/nowhere/x.conf'] })).toThrow(
      '/nowhere/x.conf: expected a readable file',
    )
  })
})

describe('facts about the machine', () => {
  it('hold no loopback or link-local address, and what the environment says', () => {
    const facts = gatherMachineFacts({ HOME: '/home/u', OS_API__PORT: '7' })
    expect(facts.hostname).not.toBe('')
    for (const address of facts.addresses) expect(address).not.toMatch(/^(127\.|::1$|169\.254\.|fe80:)/)
    expect(loadConfig(loadRequest({ configFile: [] }, facts)).config.api.port).toBe(7)
  })
})
