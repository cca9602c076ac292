import { type Family, showIp } from './ip-address.ts'
import { type Loader, loaderNames, loaders } from './loaders.ts'
import type { NetworkPlan } from './network-plan.ts'

/** What firmware that is not iPXE gets, by its architecture. One rule at most fits each machine. */
export interface BootRule {
  /** A word: `x64`, or `http-x64` for firmware that boots by HTTP. */
  readonly name: string
  readonly loader: Loader
  readonly architectures: readonly number[]
  /** Whether the answer has to say "HTTPClient", by which such firmware knows that it is meant. */
  readonly http: boolean
  /** A path for TFTP by IPv4, else a URL. */
  readonly bootFile: string
}

/** Machines that already run iPXE are no matter of these rules: they get the script, and so load iPXE once at most. */
export function bootRules(plan: NetworkPlan, family: Family): BootRule[] {
  const rules: BootRule[] = []
  for (const loader of loaderNames) {
    const { tftp, http } = loaders[loader]
    const file = plan.loaders[loader]
    const bootFile = tftpFile(plan, family, file)
    if (bootFile !== undefined && !(loader === 'bios' && family === 6))
      rules.push({ name: loader, loader, architectures: tftp, http: false, bootFile })
    const folder = plan.httpFolders[family]
    if (folder !== undefined && http.length > 0)
      rules.push({ name: `http-${loader}`, loader, architectures: http, http: true, bootFile: `${folder}/${file}` })
  }
  return rules
}

function tftpFile({ tftpServers }: NetworkPlan, family: Family, file: string): string | undefined {
  if (family === 4) return file
  // DHCPv6 has no next server: a URL holds both.
  const server = tftpServers[6]
  return server && `tftp://[${showIp(server)}]/${file}`
}

/** The vendor class option of DHCPv6 that UEFI HTTP boot waits for: EDK II's enterprise number, a length, "HTTPClient". */
export const httpClientVendorClass = { enterprise: 343, text: 'HTTPClient' } as const

export function httpClientBytes(): Buffer {
  const { enterprise, text } = httpClientVendorClass
  const bytes = Buffer.alloc(6 + text.length)
  bytes.writeUInt32BE(enterprise, 0)
  bytes.writeUInt16BE(text.length, 4)
  bytes.write(text, 6, 'latin1')
  return bytes
}
