import type { DhcpReservation } from '../../dhcp/parse/dhcp-configuration.ts'
import { readDhcpFile } from '../../dhcp/parse/read-dhcp-file.ts'
import { about, type Check } from '../check.ts'
import type { Report } from '../finding.ts'

export const dhcpReservations: Check = {
  name: 'dhcp-reservations',
  title:
    "DHCP's reservations are those of the fleet: none twice, none stale, none missing where only known machines are answered.",
  begin(world) {
    const files = world.dhcpFiles.map(readDhcpFile)
    const reservations = files.flatMap((file) => file.reservations)
    const reserved = new Set(reservations.map(({ address }) => normal(address)))
    const knownOnly = files.some((file) => file.knownOnly)
    const registered = new Set<string>()
    return {
      node({ node }) {
        const reports: Report[] = []
        for (const { address, pxeEnabled } of node.ports) {
          registered.add(normal(address))
          if (!pxeEnabled || reserved.size === 0 || reserved.has(normal(address))) continue
          reports.push({
            ...about(node),
            severity: knownOnly ? 'error' : 'info',
            message: knownOnly
              ? `port ${address} has no reservation, and DHCP answers only machines that have one`
              : `port ${address} has no reservation, unlike others`,
            remedy: 'bootring dhcp with reservations prints them; with --watch they stay current.',
          })
        }
        return reports
      },
      end: () => [...twice(reservations), ...(world.wholeFleet ? stale(reservations, registered) : [])],
    }
  },
}

function twice(reservations: readonly DhcpReservation[]): Report[] {
  const first = new Map<string, DhcpReservation>()
  return reservations.flatMap((reservation): Report[] => {
    const { address, file, line } = reservation
    const before = first.get(normal(address))
    if (before === undefined) {
      first.set(normal(address), reservation)
      return []
    }
    return [
      {
        severity: 'warning',
        file,
        line,
        message: `${address} has a reservation already, in ${before.file}:${before.line}`,
        remedy: 'Keep the one that is right.',
      },
    ]
  })
}

function stale(reservations: readonly DhcpReservation[], registered: ReadonlySet<string>): Report[] {
  return reservations
    .filter(({ address }) => !registered.has(normal(address)))
    .map(({ address, file, line }) => ({
      severity: 'warning',
      file,
      line,
      message: `no port has the MAC ${address}`,
      remedy: 'Take the reservation away where the NIC is gone, or register it as a port of its node.',
    }))
}

const normal = (address: string): string => address.toLowerCase().replaceAll('-', ':')
