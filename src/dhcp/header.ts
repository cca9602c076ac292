import { type Family, showIp, showNetwork } from './ip-address.ts'
import { loaderNames, loaders } from './loaders.ts'
import { type NetworkPlan, subnetsOf } from './network-plan.ts'
import { showRange } from './read-ranges.ts'

/** The comment at the beginning of a configuration, without comment signs: what was made from what, and what must lie where. */
export function header(plan: NetworkPlan, server: string, families: readonly Family[]): string[] {
  const used = families.filter((family) => subnetsOf(plan, family).some(({ advertisedOnly }) => !advertisedOnly))
  const files = loaderFiles(plan, used)
  return [
    `DHCP for the machines that bootring boots, made by \`bootring dhcp ${server}\`. Make it anew rather than change it.`,
    '',
    ...plan.origin,
    '',
    'Subnets:',
    ...families.flatMap((family) => subnetsOf(plan, family)).map(describeSubnet),
    ...(files.length > 0
      ? [
          '',
          'Machines without iPXE load one first. The files that must be there (iPXE itself needs none of them):',
          ...files,
        ]
      : []),
    ...(plan.reservations.length > 0 ? ['', `NICs of the fleet: ${plan.reservations.length}.`] : []),
  ]
}

function describeSubnet(subnet: NetworkPlan['subnets'][number]): string {
  const given = subnet.advertisedOnly
    ? 'router advertisements only'
    : subnet.ranges.map(showRange).join(', ') || 'reserved addresses only'
  const relays = subnet.relays.map((relay) => ` ${showIp(relay)}`).join(',')
  const place = subnet.relayed ? `by relay${relays}` : (subnet.interface ?? 'whichever interface is in it')
  const wire = subnet.sharedNetwork === undefined ? '' : `, shared network ${subnet.sharedNetwork}`
  return `  ${showNetwork(subnet.network)}: ${given}; ${place}${wire}`
}

function loaderFiles(plan: NetworkPlan, families: readonly Family[]): string[] {
  const rows: string[] = []
  for (const name of loaderNames) {
    const { title, origin, http } = loaders[name]
    const file = plan.loaders[name]
    // BIOS has no PXE over IPv6.
    const here = families.filter((family) => family === 4 || name !== 'bios')
    const tftp = here.flatMap((family) => tftpPlace(plan, family) ?? [])
    const web = http.length === 0 ? [] : here.flatMap((family) => plan.httpFolders[family] ?? [])
    const places = [...new Set([...tftp, ...web])].map((place) => `${place}/${file}`)
    if (places.length > 0) rows.push(`  ${title} (${origin}): ${places.join(', ')}`)
  }
  return rows
}

function tftpPlace(plan: NetworkPlan, family: Family): string | undefined {
  if (plan.tftpRoot !== undefined) return plan.tftpRoot.replace(/\/$/, '')
  const server = plan.tftpServers[family]
  return server && `tftp://${family === 6 ? `[${showIp(server)}]` : showIp(server)}`
}
