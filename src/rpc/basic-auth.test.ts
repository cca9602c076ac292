import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBasicAuthenticator } from './basic-auth.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

/** A user file that counts how often a password is checked. */
class CountingFile {
  checks: string[] = []
  current = 0
  password = 'pw'
  generation() {
    return this.current
  }
  async verify(user: string, password: string) {
    this.checks.push(user)
    await new Promise(setImmediate)
    return user === 'alice' && password === this.password
  }
}

describe('createBasicAuthenticator', () => {
  it('knows callers by user and password', async () => {
    const authenticate = createBasicAuthenticator(new CountingFile())
    expect(await authenticate(undefined)).toBe('missing')
    expect(await authenticate(basic('alice:pw'))).toEqual({ user: 'alice' })
    expect(await authenticate(basic('alice:no'))).toBe('refused')
    expect(await authenticate(basic('bob:pw'))).toBe('refused')
    for (const header of ['', 'Basic', 'Basic !', 'Bearer x', basic('nocolon'), `${basic('alice:pw')} x`]) {
      expect(await authenticate(header), header).toBe('refused')
    }
  })

  it('checks a password once, then remembers it until the file changes', async () => {
    const file = new CountingFile()
    const authenticate = createBasicAuthenticator(file)
    await Promise.all(Array.from({ length: 10 }, () => authenticate(basic('alice:pw'))))
    await authenticate(basic('alice:pw'))
    expect(authenticate(basic('alice:pw'))).toEqual({ user: 'alice' })
    expect(file.checks).toHaveLength(1)

    file.current++
    file.password = 'new'
    expect(await authenticate(basic('alice:pw'))).toBe('refused')
    expect(file.checks).toHaveLength(2)
  })

  it('does not remember what was checked against a former file', async () => {
    const file = new CountingFile()
    const authenticate = createBasicAuthenticator(file)
    const early = authenticate(basic('alice:pw'))
    file.current++
    await early
    await authenticate(basic('alice:pw'))
    expect(file.checks).toHaveLength(2)
  })

  it('never remembers a refusal', async () => {
    const file = new CountingFile()
    const authenticate = createBasicAuthenticator(file)
    await authenticate(basic('alice:no'))
    await authenticate(basic('alice:no'))
    expect(file.checks).toHaveLength(2)
  })

  it('turns a flood of passwords away', async () => {
    const authenticate = createBasicAuthenticator(new CountingFile())
    const results = await Promise.all(Array.from({ length: 100 }, (_, i) => authenticate(basic(`alice:guess-${i}`))))
    expect(results.filter((result) => result === 'busy')).toHaveLength(36)
    expect(await authenticate(basic('alice:pw'))).toEqual({ user: 'alice' })
  })

  it('survives a check that fails', async () => {
    let broken = true
    const authenticate = createBasicAuthenticator({
      generation: () => 0,
      verify: async () => {
        if (broken) throw new Error('disk')
        return true
      },
    })
    await expect(Promise.resolve(authenticate(basic('alice:pw')))).rejects.toThrow('disk')
    broken = false
    expect(await authenticate(basic('alice:pw'))).toEqual({ user: 'alice' })
  })

  it('refuses any other header', async () => {
    const authenticate = createBasicAuthenticator(new CountingFile())
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
        async (header) => {
          expect(await authenticate(header)).toBe('refused')
        },
      ),
    )
  })
})
