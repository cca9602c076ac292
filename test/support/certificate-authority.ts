import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

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

  /** For these names, good for 60 days that begin only in so many. */
  certificateOfDaysToCome(names: string, days: number): ServerCertificate {
    this.#count += 1
    const [key, request] = [this.#path(`${this.#count}.key`), this.#path(`${this.#count}.csr`)]
    const subject = ['-subj', `/CN=server-${this.#count}`, '-addext', `subjectAltName=${names}`]
    this.#openssl('req', '-new', ...newKey(key), '-out', request, ...subject)
    // Only `openssl ca` can be told when a certificate begins, and it keeps a list of those that it made.
    const config = this.#path('ca.cnf')
    const files = `database = ${this.#path('index')}\nnew_certs_dir = ${dirname(config)}\nrand_serial = yes`
    const policy = '[any]\ncommonName = supplied'
    writeFileSync(this.#path('index'), '')
    writeFileSync(config, `[own]\n${files}\ndefault_md = sha256\npolicy = any\ncopy_extensions = copy\n${policy}\n`)
    const authority = ['-cert', this.#path('ca.pem'), '-keyfile', this.#path('ca-key.pem')]
    const times = ['-startdate', opensslTime(days), '-enddate', opensslTime(days + 60)]
    const how = ['-config', config, '-name', 'own', '-batch', '-notext']
    const cert = this.#openssl('ca', ...how, '-in', request, ...authority, ...times)
    return { cert, key: readFileSync(key, 'utf8') }
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }

  #openssl(...args: string[]): string {
    return execFileSync('openssl', args, { stdio: 'pipe', encoding: 'utf8' })
  }
}

/** So many days from now, as YYYYMMDDHHMMSSZ. */
const opensslTime = (days: number): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`

/** Arguments of openssl for a new key without a password, in that file. */
export function newKey(path: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path]
}
