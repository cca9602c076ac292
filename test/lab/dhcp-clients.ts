import { fileURLToPath } from 'node:url'
import type { Host } from './host.ts'
import type { DhcpAnswer, DhcpQuestion } from './inside/dhcp-client.ts'

const program = fileURLToPath(new URL('inside/dhcp-client.ts', import.meta.url))

/** Asks for an address from this host, as each of these machines would: what was offered, null where nobody did. */
export async function askDhcp(host: Host, questions: readonly DhcpQuestion[]): Promise<(DhcpAnswer | null)[]> {
  return JSON.parse(await host.run([process.execPath, program, JSON.stringify(questions)])) as (DhcpAnswer | null)[]
}

/** The text of an option; undefined where it was not sent. */
export function optionText(answer: DhcpAnswer | null | undefined, code: number): string | undefined {
  const hex = answer?.options[code]
  return hex === undefined ? undefined : Buffer.from(hex, 'hex').toString('latin1').replace(/\0$/, '')
}
