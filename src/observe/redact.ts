/** Names of fields that never reach a log, at the top of a line's fields or one level below. */
const secretFields = [
  'password',
  'authorization',
  'Authorization',
  'http_basic_password',
  'connection',
  'token',
  'secret',
]

const censor = '[redacted]'

/** For pino's `redact`. */
export const redaction = { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor }

/** User and password of a URL, or a token in their place, wherever in a text: `mysql+pymysql://ironic:pw@host/…`. */
const credentialsInUrl = /:\/\/(?:[^\s/?#"'@:]*:[^\s"'/]*|[^\s/?#"'@:]+)@/g
/** The value of an `Authorization` header, wherever in a text. */
const authorizationValue = /\b(Basic|Bearer) [A-Za-z0-9+/=._~-]{6,}/g

/** Takes credentials out of a finished line: messages and stacks of libraries may hold them. */
export function withoutCredentials(line: string): string {
  return line.replace(credentialsInUrl, `://${censor}@`).replace(authorizationValue, `$1 ${censor}`)
}
