import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SelfSignedCertificate {
  certFile: string
  keyFile: string
  remove(): void
}

/** A certificate that is its own authority, for these names, as `DNS:<name>` or `IP:<address>`; made by the openssl command. */
export function selfSignedCertificate(
  names: readonly string[] = ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1'],
  days = 2,
): SelfSignedCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const certFile = join(folder, 'cert.pem')
  const keyFile = join(folder, 'key.pem')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${names.join()}`, '-days', String(days)]
  execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, ...subject], { stdio: 'pipe' })
  return { certFile, keyFile, remove: () => rmSync(folder, { recursive: true }) }
}
