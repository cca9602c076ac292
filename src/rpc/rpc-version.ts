import { rpcVersion } from './contract.ts'
import type { RpcVersion } from './shapes.ts'

/** What a version looks like, as a regular expression. */
export const versionPattern = '^\\d{1,5}\\.\\d{1,5}$'

function parts(version: string): [major: number, minor: number] {
  const [major, minor] = version.split('.')
  return [Number(major), Number(minor)]
}

/** Whether a callee of version `offered` can answer who asks for `asked`: the same major, and no lower minor. Source: oslo.messaging. */
export function isCompatible(offered: string, asked: string): boolean {
  const [[offeredMajor, offeredMinor], [askedMajor, askedMinor]] = [parts(offered), parts(asked)]
  return offeredMajor === askedMajor && offeredMinor >= askedMinor
}

/** Whether this process can answer who asks for `asked`. */
export function answersVersion(asked: string): boolean {
  return isCompatible(rpcVersion, asked)
}

/** The lowest version that a call needs: that of the method, and of those of its parameters that came later. */
export function versionNeeded({ paramsSince = {}, since }: Versions, params: object): RpcVersion {
  const given = Object.entries(paramsSince).filter(([name]) => name in params)
  return given.reduce((needed, [, version]) => (isCompatible(needed, version) ? needed : version), since)
}

/** Of a method of the contract. */
interface Versions {
  readonly since: RpcVersion
  readonly paramsSince?: Readonly<Record<string, RpcVersion>>
}
