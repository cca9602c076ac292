import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import { versionText } from './microversion.ts'

/** A config drive as clients send it: base64 of the compressed image, a URL, or what one is to be made from. */
export type ConfigDrive = string | JsonObject | null

/** What a conductor takes of it. */
const maxConfigDriveCharacters = 1_048_576

/** Versions from which on rebuilding takes one, and it may be an object, with vendor data. */
const rebuildSince = 35
const objectSince = 56
const vendorDataSince = 59

export const configDriveSchema = {
  type: ['string', 'object', 'null'],
  properties: {
    meta_data: { type: 'object', additionalProperties: true },
    network_data: { type: 'object', additionalProperties: true },
    user_data: { type: ['object', 'array', 'string', 'null'] },
    vendor_data: { type: 'object', additionalProperties: true },
  },
  additionalProperties: false,
  description: 'Base64 of a compressed image, a URL, or what one is to be made from; for deploying and rebuilding.',
}

/**
 * The config drive as conductors are handed it: text, which is JSON where it was an object. Undefined where there is
 * none. Throws `InvalidParameter`.
 */
export function configDriveFor(
  target: string,
  given: ConfigDrive | undefined,
  microversion: number,
): string | undefined {
  if (given === undefined || given === null || given === '') return undefined
  const allowed = microversion >= rebuildSince ? ['active', 'rebuild'] : ['active']
  if (target !== 'deploy' && !allowed.includes(target)) {
    throw invalid(`Adding a config drive is only supported when setting provision state to ${allowed.join(', ')}`)
  }
  const text = typeof given === 'string' ? given : objectText(given, microversion)
  if (text.length > maxConfigDriveCharacters)
    throw invalid(`configdrive has ${text.length} characters; ${maxConfigDriveCharacters} at most are allowed`)
  if (typeof given === 'string' && !given.includes('://') && !/^[A-Za-z0-9+/=\s]*$/.test(given))
    throw invalid('Invalid configdrive format: it is neither a JSON, nor a URL, nor a base64 string')
  return text
}

function objectText(given: JsonObject, microversion: number): string {
  requireVersionOf('a JSON object for configdrive', objectSince, microversion)
  if ('vendor_data' in given) requireVersionOf('vendor_data in configdrive', vendorDataSince, microversion)
  return JSON.stringify(given)
}

/** Ironic answers this one with 400. */
function requireVersionOf(what: string, since: number, microversion: number): void {
  if (microversion >= since) return
  throw invalid(`Providing ${what} is only supported starting with API version ${versionText(since)}`)
}

function invalid(message: string): BootringError {
  return new BootringError('InvalidParameter', message)
}
