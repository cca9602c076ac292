import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { describe, expect, it } from 'vitest'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { type RestAccess, refusal } from '../../api/rest/access.ts'
import { loadConfig } from '../../config/load.ts'
import { resolveInstallation } from '../installation.ts'
import { restAccess } from './build-rest.ts'

function access(overrides: Record<string, Record<string, string>>) {
  const facts = { uid: 0, env: {}, hostname: 'h', addresses: ['192.0.2.1'] }
  const installation = resolveInstallation(loadConfig({ files: [], env: {}, overrides }), facts)
  const log = recordingLogger()
  return { log, access: restAccess(installation, log) }
}

const everywhere = { host_ip: '0.0.0.0' }
const loopback = { host_ip: '127.0.0.1' }
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

function userFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'bootring-users-')), 'htpasswd')
  writeFileSync(file, `alice:${hashSync('a', 4)}\nrita:${hashSync('r', 4)}\n`)
  return file
}

describe('who may manage', () => {
  it('is everybody on loopback, and where noauth says so', () => {
    expect(access({ api: loopback }).access).toMatchObject({ kind: 'open' })
    expect(access({ api: { host_ip: '::1' } }).access).toMatchObject({ kind: 'open' })
    expect(access({ api: everywhere, DEFAULT: { auth_strategy: 'noauth' } }).access).toEqual({ kind: 'open' })
  })

  it('is nobody who calls loopback by a name that is not ours: a page in a browser there may do so', async () => {
    const status = async (access: RestAccess, host?: string) =>
      (await refusal(access, { method: 'GET', headers: { host } }))?.status ?? 200
    const { access: found } = access({ api: { ...loopback, public_endpoint: 'https://Boot.example:6385/x' } })
    for (const host of [undefined, '127.0.0.1:6385', '[::1]:6385', 'localhost:6385', 'h', 'H:6385', 'a.localhost'])
      expect(await status(found, host), host).toBe(200)
    expect(await status(found, 'boot.example')).toBe(200)
    for (const host of [
      'evil.example',
      'evil.example:6385',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '/',
      '',
    ])
      expect(await status(found, host), host).toBe(403)
    expect(await status(access({ api: loopback, DEFAULT: { auth_strategy: 'noauth' } }).access, 'any.example')).toBe(
      200,
    )
  })

  it('is no page of another site, which a browser would let in with the password that it knows', async () => {
    const { access: found } = access({ api: loopback })
    const status = async (method: string, origin?: string) =>
      (await refusal(found, { method, headers: { host: 'localhost:6385', origin } }))?.status ?? 200
    for (const origin of ['https://evil.example', 'null', 'http://localhost:80', '//', ''])
      expect(await status('POST', origin), origin).toBe(403)
    expect(await status('POST', 'http://localhost:6385')).toBe(200)
    expect(await status('POST')).toBe(200)
    expect(await status('GET', 'https://evil.example')).toBe(200)
  })

  it.each([
    ['nothing is said', {}],
    ['keystone is to know', { auth_strategy: 'keystone' }],
    ['there are no users', { auth_strategy: 'http_basic' }],
  ])('is nobody where %s, and both sides are told', (_what, options) => {
    const { access: found, log } = access({ api: everywhere, DEFAULT: options as Record<string, string> })
    expect(found).toMatchObject({ kind: 'closed', reason: expect.stringContaining('[DEFAULT]auth_strategy') })
    expect(JSON.stringify(log.lines)).toContain('is closed')
  })

  it('is whoever the file names, and readers only read', async () => {
    const file = userFile()
    const { access: found } = access({
      api: everywhere,
      DEFAULT: { auth_strategy: 'http_basic', http_basic_auth_user_file: file },
      bootring: { read_only_users: 'rita' },
    })
    const status = async (method: string, authorization?: string) =>
      (await refusal(found, { method, headers: { authorization } }))?.status ?? 200
    expect(await status('DELETE', basic('alice', 'a'))).toBe(200)
    expect(await status('GET', basic('rita', 'r'))).toBe(200)
    expect(await status('HEAD', basic('rita', 'r'))).toBe(200)
    expect(await status('DELETE', basic('rita', 'r'))).toBe(403)
    expect(await status('GET', basic('alice', 'x'))).toBe(401)
    expect(await status('GET', basic('nobody', 'x'))).toBe(401)
    expect(await status('GET')).toBe(401)
    appendFileSync(file, `nobody:${hashSync('x', 4)}\n`)
    await expect.poll(() => status('GET', basic('nobody', 'x')), { timeout: 20_000 }).toBe(200)
  })

  it('is an error at the start where the file is not there', () => {
    expect(() =>
      access({ api: loopback, DEFAULT: { auth_strategy: 'http_basic', http_basic_auth_user_file: '/nonexistent/x' } }),
    ).toThrow('[DEFAULT]http_basic_auth_user_file /nonexistent/x')
  })
})
