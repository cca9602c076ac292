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
      code: 'UnsupportedDriverExtension',
      message: expect.stringMatching(/^conductor cond-1 does not know get_boot_config: .*rpc_port/),
    })
  })

  it.each([
    [{ code: 409, message: 'busy', data: { class: 'ironic.common.exception.NodeAssociated' } }, /NodeAssociated: busy/],
    [{ code: 500, message: 'oops' }, /500: oops/],
    [{ code: -32602, message: 'bad params' }, /bad params/],
    [{ code: 1, message: 'x', data: { class: 'constructor' } }, /constructor/],
  ])('makes %o a missing boot file, with what was said', (error, message) => {
    const made = errorFromCallee('cond-1', 'get_boot_config', error)
    expect(made).toMatchObject({ code: 'BootConfigUnavailable', message: expect.stringMatching(message) })
    expect(made.message).toContain('cond-1')
  })
})
