import type { InterfaceType } from '../model/records.ts'

/** Names of interfaces, by type; where several are enabled, the first of these is the default. */
export type Offers = Readonly<Record<InterfaceType, readonly [string, ...string[]]>>

/** What every hardware type offers. */
const generic = {
  bios: ['no-bios'],
  boot: ['ipxe', 'pxe', 'http-ipxe', 'http'],
  console: ['no-console'],
  deploy: ['direct', 'ramdisk'],
  firmware: ['no-firmware'],
  inspect: ['agent', 'no-inspect'],
  network: ['noop'],
  raid: ['no-raid'],
  rescue: ['no-rescue', 'agent'],
  storage: ['noop'],
  vendor: ['no-vendor'],
} as const

/**
 * Hardware types that bootring's conductors offer, with what nodes of each may choose from. Names and order are those of
 * Ironic's types of the same name.
 */
export const hardwareTypes = {
  /** Machines that nobody has to switch on: tests, rehearsals, and fleets powered by something else. */
  'fake-hardware': {
    bios: ['fake', ...generic.bios],
    boot: ['fake', ...generic.boot],
    console: ['fake', ...generic.console],
    deploy: ['fake', ...generic.deploy],
    firmware: ['fake', ...generic.firmware],
    inspect: ['fake', ...generic.inspect],
    management: ['fake', 'noop'],
    network: generic.network,
    power: ['fake'],
    raid: ['fake', ...generic.raid],
    rescue: ['fake', ...generic.rescue],
    storage: ['fake', ...generic.storage],
    vendor: ['fake', ...generic.vendor],
  },
  /** Machines that people switch on. */
  'manual-management': { ...generic, management: ['noop', 'fake'], power: ['fake'] },
} as const satisfies Readonly<Record<string, Offers>>
