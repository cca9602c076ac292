import type { Check } from './check.ts'
import { bootFiles } from './checks/boot-files.ts'
import { certificates } from './checks/certificates.ts'
import { clocks } from './checks/clocks.ts'
import { dhcp } from './checks/dhcp.ts'
import { dhcpReservations } from './checks/dhcp-reservations.ts'
import { drivers } from './checks/drivers.ts'
import { images } from './checks/images.ts'
import { ipxeLint } from './checks/ipxe-lint.ts'
import { macs } from './checks/macs.ts'
import { ports } from './checks/ports.ts'
import { rootScript } from './checks/root-script.ts'
import { urls } from './checks/urls.ts'

/** In the order of a boot. */
export const checks: readonly Check[] = [
  dhcp,
  dhcpReservations,
  rootScript,
  macs,
  ports,
  drivers,
  bootFiles,
  ipxeLint,
  urls,
  images,
  certificates,
  clocks,
]
