import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { BootringError } from '../model/errors.ts'
import { HtpasswdFile, parseHtpasswd } from './htpasswd.ts'

const hashOf = (password: string, kind = '2y') => hashSync(password, 4).replace('$2b$', `$${kind}$`)

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'htpasswd-'))
  path = join(folder, 'htpasswd')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('parseHtpasswd', () => {
  it('reads users, blank lines and comments; the first line of a user counts', () => {
    const [first, second] = [hashOf('a'), hashOf('b')]
    const text = `# people\nalice:${first}\r\n\nalice:${second}\nbob:${second}`
    expect([...parseHtpasswd(text, 'f')]).toEqual([
      ['alice', first],
      ['bob', second],
    ])
  })

  it.each([
    ['md5', 'alice:$apr1$abcdefgh$0123456789abcdefghijkl'],
    ['sha', 'alice:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M='],
    ['plain text', 'alice:secret'],
    ['a cut hash', `alice:${hashOf('x').slice(0, -1)}`],
    ['no colon', 'alice'],
    ['no user', `:${hashOf('x')}`],
  ])('refuses %s, naming file and line but not the hash', (_what, line) => {
    const parse = () => parseHtpasswd(`ok:${hashOf('x')}\n${line}\n`, '/etc/users')
    expect(parse).toThrow(BootringError)
    expect(parse).toThrow(/^\/etc\/users:2: /)
    expect(parse).not.toThrow(/secret|apr1|qUqP5/)
  })

  it('survives any text', () => {
    fc.assert(
      fc.property(
        fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
        (text) => {
          try {
            parseHtpasswd(text, 'f')
          } catch (error) {
            expect(error).toBeInstanceOf(BootringError)
          }
        },
      ),
    )
  })
})

describe('HtpasswdFile', () => {
  it.each(['2y', '2a', '2b'])('verifies $%s$ hashes', async (kind) => {
    writeFileSync(path, `alice:${hashOf('wonder:land', kind)}\n`)
    const file = new HtpasswdFile(path, recordingLogger())
    expect(await file.verify('alice', 'wonder:land')).toBe(true)
    expect(await file.verify('alice', 'wonderland')).toBe(false)
    expect(await file.verify('bob', 'wonder:land')).toBe(false)
    expect(await file.verify('__proto__', 'wonder:land')).toBe(false)
  })

  it('lets everything else go on while it checks a password', async () => {
    writeFileSync(path, `alice:${hashSync('a', 8)}\n`)
    const file = new HtpasswdFile(path, recordingLogger())
    let turns = 0
    let checked = false
    const check = file.verify('alice', 'wrong').finally(() => {
      checked = true
    })
    while (!checked) {
      turns += 1
      await new Promise(setImmediate)
    }
    expect(await check).toBe(false)
    // On this thread, it would take one for every tenth of a second.
    expect(turns).toBeGreaterThan(20)
  })

  it('knows nobody when it is empty', async () => {
    writeFileSync(path, '')
    expect(await new HtpasswdFile(path, recordingLogger()).verify('alice', '')).toBe(false)
  })

  it('is refused at start when it is missing or malformed', () => {
    expect(() => new HtpasswdFile(path, recordingLogger())).toThrow(
      /\[json_rpc\]http_basic_auth_user_file .*htpasswd.*ENOENT/,
    )
    writeFileSync(path, 'alice:secret')
    expect(() => new HtpasswdFile(path, recordingLogger())).toThrow(/htpasswd:1: /)
  })

  it('is read anew when it changes, and then another generation', async () => {
    writeFileSync(path, `alice:${hashOf('old')}\n`)
    const file = new HtpasswdFile(path, recordingLogger(), 0)
    const before = file.generation()
    expect(file.generation()).toBe(before)
    writeFileSync(path, `alice:${hashOf('new')}\nbob:${hashOf('b')}\n`)
    expect(file.generation()).not.toBe(before)
    expect(await file.verify('alice', 'old')).toBe(false)
    expect(await file.verify('alice', 'new')).toBe(true)
  })

  it('keeps its last good contents while the file is broken or gone, and says so once', async () => {
    writeFileSync(path, `alice:${hashOf('pw')}\n`)
    const logger = recordingLogger()
    const file = new HtpasswdFile(path, logger, 0)
    writeFileSync(path, 'alice:half a li')
    file.generation()
    file.generation()
    expect(await file.verify('alice', 'pw')).toBe(true)
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    unlinkSync(path)
    file.generation()
    expect(await file.verify('alice', 'pw')).toBe(true)
    writeFileSync(path, `bob:${hashOf('pw')}\n`)
    file.generation()
    expect(await file.verify('alice', 'pw')).toBe(false)
    expect(await file.verify('bob', 'pw')).toBe(true)
  })
})
