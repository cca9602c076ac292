import { randomFrom } from '../bench/random.ts'

/** One machine of the storm: a node with its NICs. */
export interface StormMachine {
  readonly name: string
  readonly uuid: string
  readonly conductorGroup: string
  /** In the order in which the firmware knows them; it boots from the first. */
  readonly macs: readonly string[]
  /** The one that is registered as a port. */
  readonly registered: string
  readonly firmware: 'bios' | 'uefi'
  /** Which pair of kernel and ramdisk it boots. */
  readonly images: number
  /** Which API its root script names first. */
  readonly firstApi: number
}

export interface FleetShape {
  machines: number
  seed: number
  /** Pairs of images. */
  imagePairs: number
  apis: number
  /** Share of the nodes that belong to conductor group `b`. */
  groupShare: number
}

/** Machines drawn by the seed: most have one NIC, some boot from one that is not registered. */
export function makeFleet({ apis, groupShare, imagePairs, machines, seed }: FleetShape): StormMachine[] {
  const random = randomFrom(seed)
  return Array.from({ length: machines }, (_, index) => {
    const nics = random() < 0.7 ? 1 : random() < 0.7 ? 2 : 3
    const registeredAt = Math.floor(random() * nics)
    const macs = Array.from({ length: nics }, (_, nic) => mac(nic === registeredAt ? 1 : 2 + nic, index))
    return {
      name: `machine-${index}`,
      uuid: uuid(random),
      conductorGroup: random() < groupShare ? 'b' : '',
      macs,
      registered: macs[registeredAt] as string,
      firmware: random() < 0.5 ? 'bios' : 'uefi',
      images: Math.floor(random() * imagePairs),
      firstApi: Math.floor(random() * apis),
    }
  })
}

/** A MAC of the storm; `kind` keeps registered and other NICs apart. */
function mac(kind: number, index: number): string {
  const bytes = [0x52, 0x54, kind, (index >> 16) & 0xff, (index >> 8) & 0xff, index & 0xff]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

function uuid(random: () => number): string {
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
}
