import { describe, expect, it } from 'vitest'
import { BootringError, type ErrorCode, errorKinds } from '../model/errors.ts'
import { errorFromCallee, errorObject, ProtocolError } from './json-rpc-error.ts'

describe('errorFromCallee', () => {
  it.each(Object.keys(errorKinds) as ErrorCode[])('brings %s back as it was', (code) => {
    const sent = errorObject(new BootringError(code, 'what happened'))
    expect(errorFromCallee('cond-1', 'get_boot_config', sent)).toMatchObject({ code, message: 'what happened' })
  })

  it('explains an unmodified Ironic conductor', () => {
    const sent = errorObject(new ProtocolError('MethodNotFound', 'Method get_boot_config was not found'))
    expect(errorFromCallee('cond-1', 'get_boot_config', sent)).toMatchObject({
      code: 'UnsupportedCall',
      message: expect.stringMatching(/^conductor cond-1 does not know get_boot_config: .*rpc_port/),
    })
  })

  it.each([
    ['1.0', new ProtocolError('UnsupportedVersion', 'Specified RPC version, 1.0, not supported by this endpoint')],
    ['1.101', new ProtocolError('UnsupportedVersion', 'Specified RPC version, 1.101, not supported by this endpoint')],
    // Release 0.1, which looks at no version.
    ['1.101', new ProtocolError('InvalidParams', 'Params are invalid')],
  ] as const)('knows a conductor that is too old for version %s', (needed, refusal) => {
    expect(errorFromCallee('cond-1', 'get_boot_config', errorObject(refusal), needed)).toMatchObject({
      code: 'UnsupportedCall',
      message: expect.stringContaining('cond-1'),
    })
  })

  it.each([
    [
      { code: 409, message: 'busy', data: { class: 'ironic.common.exception.NodeCleaningFailure' } },
      /NodeCleaningFailure: busy/,
    ],
    [{ code: 500, message: 'oops' }, /500: oops/],
    [{ code: -32602, message: 'bad params' }, /bad params/],
    [{ code: 1, message: 'x', data: { class: 'constructor' } }, /constructor/],
  ])('makes %o a missing boot file, with what was said', (error, message) => {
    const made = errorFromCallee('cond-1', 'get_boot_config', error)
    expect(made).toMatchObject({ code: 'BootConfigUnavailable', message: expect.stringMatching(message) })
    expect(made.message).toContain('cond-1')
  })
})
