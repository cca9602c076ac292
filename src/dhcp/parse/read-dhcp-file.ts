import { readFileSync } from 'node:fs'
import type { DhcpConfiguration } from './dhcp-configuration.ts'
import { readDnsmasq } from './dnsmasq-file.ts'
import { readIsc } from './isc-file.ts'
import { readKea } from './kea-file.ts'

/** A word alone in its line, or with a value: dhcpd ends statements by semicolons, and has blanks after their first word. */
const dnsmasqOption = /^[a-z0-9-]+[ \t]*(?:=|(?:#.*)?$(?!\s*\{))/m

/** Reads a configuration of dnsmasq, Kea or ISC's dhcpd, whichever it is. Never throws: what can't be read is a problem. */
export function readDhcpFile(file: string): DhcpConfiguration {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // The reader says why.
  }
  const first = text.replace(/^(?:\s+|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)+/, '')
  if (first.startsWith('{') || first.startsWith('<?include')) return readKea(file)
  return first === '' || dnsmasqOption.test(first) ? readDnsmasq(file) : readIsc(file)
}
