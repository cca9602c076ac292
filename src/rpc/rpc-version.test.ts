import { describe, expect, it } from 'vitest'
import { methods, rpcVersion } from './contract.ts'
import { answersVersion, isCompatible, versionNeeded } from './rpc-version.ts'
import type { MethodName } from './shapes.ts'

describe('versions of the RPC', () => {
  it.each([
    ['1.5', '1.5', true],
    ['1.5', '1.0', true],
    ['1.10', '1.9', true],
    ['1.9', '1.10', false],
    ['1.5', '2.0', false],
    ['2.0', '1.0', false],
  ])('a callee of %s answers who asks for %s: %s', (offered, asked, expected) => {
    expect(isCompatible(offered, asked)).toBe(expected)
  })

  it('of all methods and their later parameters are answered by this release', () => {
    const all = (Object.keys(methods) as MethodName[]).flatMap((name) => {
      const { paramsSince = {}, since } = methods[name]
      return [since, ...Object.values(paramsSince)]
    })
    expect(all.filter((version) => !answersVersion(version))).toEqual([])
    // Ironic's at the time of writing, and what it may come to.
    for (const minor of [0, 34, 56, 61, 99]) expect(answersVersion(`1.${minor}`)).toBe(true)
  })

  it('is 1.0 for what the first release had: it is asked of old conductors as of new ones', () => {
    const names: MethodName[] = ['get_boot_config', 'list_boot_files', 'get_boot_file']
    expect(names.map((name) => versionNeeded(methods[name], {}))).toEqual(['1.0', '1.0', '1.0'])
    expect(isCompatible(rpcVersion, '1.0')).toBe(true)
  })

  it('is the lowest that the method and the parameters which are given need', () => {
    const method = { since: '1.101', paramsSince: { later: '1.103', latest: '1.120' } } as const
    expect(versionNeeded(method, { early: 1 })).toBe('1.101')
    expect(versionNeeded(method, { early: 1, later: 1 })).toBe('1.103')
    expect(versionNeeded(method, { latest: 1, later: 1 })).toBe('1.120')
  })

  it('have later parameters only among the optional ones', () => {
    for (const { params, paramsSince = {} } of Object.values(methods)) {
      const required: readonly string[] = params.required
      expect(Object.keys(paramsSince).filter((name) => required.includes(name))).toEqual([])
    }
  })
})
