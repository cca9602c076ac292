import type { StormMachine } from './fleet.ts'

/** What is registered before a storm. */
export interface FleetFacts {
  machines: readonly StormMachine[]
  /** Machines in QEMU, which boot the laboratory's Linux. */
  realMachines: readonly RealMachine[]
  images: readonly { kernel: string; ramdisk: string }[]
}

export interface RealMachine {
  readonly name: string
  readonly uuid: string
  readonly mac: string
  readonly firmware: 'bios' | 'uefi'
}

/** Name of an image on the image server. */
export function imageName(kind: 'kernel' | 'ramdisk', pair: number): string {
  return `storm-${kind}-${pair}`
}

/** A fleet file for `bootring apply`. */
export function fleetFile({ machines, realMachines }: FleetFacts, imageServer: string): object {
  const common = {
    driver: 'fake-hardware',
    boot_interface: 'ipxe',
    deploy_interface: 'direct',
    provision_state: 'wait call-back',
  }
  return {
    nodes: [
      ...machines.map(({ conductorGroup, images, name, registered, uuid }) => ({
        ...common,
        name,
        uuid,
        conductor_group: conductorGroup,
        driver_info: {
          deploy_kernel: `${imageServer}/${imageName('kernel', images)}`,
          deploy_ramdisk: `${imageServer}/${imageName('ramdisk', images)}`,
        },
        ports: [{ address: registered }],
      })),
      ...realMachines.map(({ mac, name, uuid }) => ({ ...common, name, uuid, ports: [{ address: mac }] })),
    ],
  }
}
