import { describe, expect, it } from 'vitest'
import { BootringError, type ErrorCode, errorKinds } from '../../model/errors.ts'
import { restAnswer } from './rest-answer.ts'

const words = (error: unknown) => JSON.parse(restAnswer(error).fault.error_message)

describe('an answer', () => {
  it.each([
    ['NodeNotFound', 404],
    ['NodeLocked', 409],
    ['InvalidStateRequested', 400],
    ['MissingParameter', 400],
    ['UnsupportedDriverExtension', 400],
    ['NoConductorForNode', 400],
    ['NoConductors', 503],
    ['ConductorUnreachable', 503],
    ['Overloaded', 503],
    ['MalformedMac', 400],
  ] as const)('to %s is %i, with its words', (code, status) => {
    const answer = restAnswer(new BootringError(code, 'these words'))
    expect([answer.status, answer.unexpected]).toEqual([status, false])
    expect(words(new BootringError(code, 'these words'))).toEqual({
      faultstring: 'these words',
      faultcode: status < 500 ? 'Client' : 'Server',
      debuginfo: null,
    })
  })

  it('has a status for every code', () => {
    for (const code of Object.keys(errorKinds) as ErrorCode[]) {
      const { status } = restAnswer(new BootringError(code, ''))
      expect(status, code).toBeGreaterThanOrEqual(400)
      expect(status, code).toBeLessThan(600)
    }
  })

  it('says nothing of what is inside', () => {
    const secret = 'postgresql://ironic:pw@db.internal/ironic'
    for (const error of [
      new BootringError('DatabaseUnavailable', secret),
      new BootringError('BootConfigUnavailable', secret),
      new BootringError('ConfigInvalid', secret),
      new TypeError(secret),
      secret,
    ])
      expect(restAnswer(error).fault.error_message).not.toContain('internal/')
    expect(restAnswer(new TypeError(secret))).toMatchObject({ status: 500, unexpected: true })
  })
})
