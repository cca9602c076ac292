import type { JsonObject } from '../model/node.ts'
import { isJsonObject } from './json-value.ts'

export const mask = '******'

/**
 * What the name of a secret holds, by oslo.utils, and what Ironic masks besides it. Too much masked is a nuisance, too little a
 * leak: `key` is not among it, for it is in the names of much that is no secret.
 */
const secretWords = [
  'pass',
  'secret',
  'token',
  'pswd',
  'configdrive',
  'credential',
  'private_key',
  'encrypted_key',
  'fernetkey',
  'sslkey',
  'auth_key',
  'priv_key',
  'kg_key',
  'community',
  'sshkey',
  'ssh_key',
  'clientkey',
  'authkey',
  'adminkey',
  'monkey',
  'mdskey',
  'rgwkey',
  'ndckey',
  'encryptionkey',
  'heartbeatkey',
  'rabbitcookie',
  'cephclusterfsid',
  'swifthashsuffix',
  'cryptokek',
]

const isSecretName = (name: string) => {
  const lower = name.toLowerCase()
  return secretWords.some((word) => lower.includes(word))
}

/** The password in `scheme://user:password@host`. In two steps, for one expression would take hours over a long text without any. */
function withoutPasswords(text: string): string {
  if (!text.includes('://')) return text
  return text.replace(/[^\s@]+@?/g, (word) =>
    word.endsWith('@') ? word.replace(/(:\/\/[^/:]*:).+@$/, `$1${mask}@`) : word,
  )
}

/** The value with all secrets in it masked, at any depth; the one given is left as it is. */
function maskedValue(value: unknown): unknown {
  if (typeof value === 'string') return withoutPasswords(value)
  if (Array.isArray(value)) return value.map(maskedValue)
  return isJsonObject(value) ? masked(value) : value
}

/** An object with all masked whose name looks like that of a secret, whatever it holds. */
export function masked(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, isSecretName(name) ? mask : maskedValue(value)]),
  )
}

/** `driver_info` as it may be shown. */
export const maskedDriverInfo = masked

/** `instance_info` as it may be shown: the image's URL may be one that lets anybody in who knows it. */
export function maskedInstanceInfo(info: JsonObject): JsonObject {
  const shown = masked(info)
  for (const name of ['configdrive', 'image_url']) if (info[name]) shown[name] = mask
  return shown
}

/** `driver_internal_info` as it may be shown: what begins with an underscore, and the agent's token, never leave. */
export function maskedInternalInfo(info: JsonObject): JsonObject {
  return masked(
    Object.fromEntries(
      Object.entries(info).filter(([name]) => !name.startsWith('_') && !name.startsWith('agent_secret_token')),
    ),
  )
}
