import { readFileSync } from 'node:fs'
import { BootringError } from '../../model/errors.ts'
import type { TlsSettings } from '../connection-url.ts'

/** What Node's TLS, and with it both drivers, take. Throws `ConfigInvalid` when a file can't be read. */
export function tlsOptions(tls: TlsSettings) {
  return {
    rejectUnauthorized: tls.verifyCertificate,
    ...(tls.caFile === undefined ? {} : { ca: read(tls.caFile) }),
    ...(tls.certFile === undefined ? {} : { cert: read(tls.certFile) }),
    ...(tls.keyFile === undefined ? {} : { key: read(tls.keyFile) }),
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new BootringError('ConfigInvalid', `[database]connection: ${(error as Error).message}`, { cause: error })
  }
}
