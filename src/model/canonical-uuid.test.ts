import { describe, expect, it } from 'vitest'
import { canonicalUuidOf } from './canonical-uuid.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'

describe('a UUID', () => {
  it.each([uuid, uuid.toUpperCase(), uuid.replaceAll('-', ''), `{${uuid}}`, `urn:uuid:${uuid}`])(
    '%s is canonical in the end',
    (text) => {
      expect(canonicalUuidOf(text)).toBe(uuid)
    },
  )
  it.each(['', 'x', `${uuid}0`, `${uuid}\n`, `x${uuid}`])('is not %j', (text) => {
    expect(canonicalUuidOf(text)).toBeUndefined()
  })
})
