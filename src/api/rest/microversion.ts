import { BootringError } from '../../model/errors.ts'

/*
 * Microversions of Ironic's API, `1.<minor>`: fields and endpoints appear and vanish with the version that a request asks
 * for. Everywhere in this code a version is its minor number.
 */

export const minVersion = 1
/**
 * 1.97 brings ports a `description`, which is not there. What comes between 1.89 and this in other resources than ours
 * (runbooks, inspection rules) is told by those that are not there: 501.
 */
export const maxVersion = 96

export const versionText = (minor: number): string => `1.${minor}`

/** Of requests and answers. */
export const versionHeader = 'X-OpenStack-Ironic-API-Version'

/** What tells a client on each answer which versions there are. */
export const rangeHeaders: Readonly<Record<string, string>> = {
  'X-OpenStack-Ironic-API-Minimum-Version': versionText(minVersion),
  'X-OpenStack-Ironic-API-Maximum-Version': versionText(maxVersion),
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

/**
 * The minor version that a request asks for; the lowest where it says nothing, as Ironic has it. OpenStack's own header
 * goes before Ironic's. Throws `NotAcceptable`. Source: microversion_parse, and ironic/api/controllers/base.py.
 */
export function requestedVersion(headers: Headers): number {
  const text = standardVersion(headers['openstack-api-version']) ?? one(headers[versionHeader.toLowerCase()])
  if (text === undefined || text.trim() === '') return minVersion
  if (text.trim().toLowerCase() === 'latest') return maxVersion
  const [, major, minor] = /^\s*(\d{1,5})\.(\d{1,5})\s*$/.exec(text) ?? []
  if (major === undefined) throw new BootringError('NotAcceptable', `Invalid value for ${versionHeader} header`)
  const asked = Number(minor)
  const range = `[${versionText(minVersion)}, ${versionText(maxVersion)}]`
  if (Number(major) !== 1) {
    throw new BootringError(
      'NotAcceptable',
      `Mutually exclusive versions requested. Version ${text.trim()} requested but not supported by this service. The supported version range is: ${range}.`,
    )
  }
  if (asked < minVersion || asked > maxVersion) {
    throw new BootringError(
      'NotAcceptable',
      `Version ${text.trim()} was requested but the minor version is not supported by this service. The supported version range is: ${range}.`,
    )
  }
  return asked
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}

/** `OpenStack-API-Version: compute 2.1, baremetal 1.81`; the last one of ours counts. */
function standardVersion(value: string | string[] | undefined): string | undefined {
  const entries = one(value)?.split(',') ?? []
  for (const entry of entries.reverse()) {
    const [service, version, ...more] = entry.trim().split(/\s+/)
    if (service?.toLowerCase() === 'baremetal' && version !== undefined && more.length === 0) return version
  }
  return undefined
}

/** What a request of an older version is told that asks for something newer. */
export function requireVersion(asked: number, since: number): void {
  if (asked >= since) return
  throw new BootringError(
    'NotAcceptable',
    `Request not acceptable. The minimal required API version should be ${versionText(since)}`,
  )
}
