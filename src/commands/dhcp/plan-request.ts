import type { networkInterfaces } from 'node:os'
import type { Installation } from '../installation.ts'

/** What the command line says of the network. */
export interface NetworkOptions {
  subnet?: string[]
  networks?: string
  interface?: string
  scriptUrl?: string[]
  tftpServer?: string[]
  tftpRoot?: string
  httpBootUrl?: string[]
  loader?: string[]
  leaseFile?: string
  hostsDir?: string
  controlSocket?: string
}

export type HostInterfaces = ReturnType<typeof networkInterfaces>

export interface PlanRequest {
  readonly options: NetworkOptions
  readonly installation: Pick<Installation, 'httpUrl' | 'tftpRoot' | 'myIp' | 'syslog'>
  readonly interfaces: HostInterfaces
  /** dnsmasq is a TFTP server itself. */
  readonly ownTftp: boolean
}
