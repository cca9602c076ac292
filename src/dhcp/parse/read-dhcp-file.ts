import { readFileSync } from 'node:fs'
import type { DhcpConfiguration } from './dhcp-configuration.ts'
import { readDnsmasq } from './dnsmasq-file.ts'
import { readKea } from './kea-file.ts'

/** Reads a configuration of dnsmasq or Kea, whichever it is. Never throws: what can't be read is a problem. */
export function readDhcpFile(file: string): DhcpConfiguration {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // The reader says why.
  }
  const first = text.replace(/^(?:\s+|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)+/, '')
  return first.startsWith('{') || first.startsWith('<?include') ? readKea(file) : readDnsmasq(file)
}
