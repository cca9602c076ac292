import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A server's certificate and its key, in PEM. */
export interface ServerCertificate {
  cert: string
  key: string
}

/** An authority that nobody knows, in this folder; made, like what it signs, by the openssl command. */
export class CertificateAuthority {
  readonly #folder: string
  #count = 0

  constructor(folder: string) {
    this.#folder = folder
    const key = newKey(this.#path('ca-key.pem'))
    this.#openssl('req', '-x509', ...key, '-out', this.#path('ca.pem'), '-subj', '/CN=Authority', '-days', '365')
  }

  get cert(): string {
    return readFileSync(this.#path('ca.pem'), 'utf8')
  }

  /** For these names, as `DNS:<name>` or `IP:<address>`; from now on, for so many days: -1 is since yesterday no more. */
  certificate(names: string, days: number): ServerCertificate {
    this.#count += 1
    const [key, request] = [this.#path(`${this.#count}.key`), this.#path(`${this.#count}.csr`)]
    const subject = ['-subj', `/CN=server-${this.#count}`, '-addext', `subjectAltName=${names}`]
    this.#openssl('req', '-new', ...newKey(key), '-out', request, ...subject)
    const authority = ['-CA', this.#path('ca.pem'), '-CAkey', this.#path('ca-key.pem')]
    const times = ['-days', String(days), '-copy_extensions', 'copy']
    const cert = this.#openssl('x509', '-req', '-in', request, ...authority, ...times)
    return { cert, key: readFileSync(key, 'utf8') }
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }

  #openssl(...args: string[]): string {
    return execFileSync('openssl', args, { stdio: 'pipe', encoding: 'utf8' })
  }
}

/** Arguments of openssl for a new key without a password, in that file. */
export function newKey(path: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path]
}
