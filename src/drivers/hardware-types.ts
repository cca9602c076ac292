import type { HardwareInterface } from '../model/conductor.ts'

/** What a hardware type lets nodes choose from, by interface type; the first of each is the default. */
type Offers = Readonly<Record<string, readonly [string, ...string[]]>>

const offeredByAll: Offers = {
  bios: ['no-bios'],
  boot: ['ipxe', 'http-ipxe', 'pxe', 'http'],
  console: ['no-console'],
  deploy: ['direct', 'ramdisk'],
  inspect: ['no-inspect'],
  network: ['noop'],
  raid: ['no-raid'],
  rescue: ['no-rescue'],
  storage: ['noop'],
  vendor: ['no-vendor'],
}

/** Hardware types that bootring's conductors offer. Source of the names: Ironic's own types of the same name. */
export const hardwareTypes = {
  /** Machines that nobody has to switch on: tests, demonstrations, and fleets powered by something else. */
  'fake-hardware': { ...offeredByAll, management: ['fake', 'noop'], power: ['fake'] },
  /** Machines that people switch on. */
  'manual-management': { ...offeredByAll, management: ['noop'], power: ['fake'] },
} as const satisfies Record<string, Offers>

export type HardwareTypeName = keyof typeof hardwareTypes

/** The rows of `conductor_hardware_interfaces` with which a conductor says what it offers. */
export function hardwareInterfaces(): HardwareInterface[] {
  return Object.entries<Offers>(hardwareTypes).flatMap(([hardwareType, offers]) =>
    Object.entries(offers).flatMap(([interfaceType, names]) =>
      names.map((interfaceName, index) => ({ hardwareType, interfaceType, interfaceName, isDefault: index === 0 })),
    ),
  )
}
