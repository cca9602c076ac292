import type { MacAddress } from '../../src/model/mac.ts'
import type { FleetNode } from '../../src/model/stores.ts'

/** A fleet entry with a fleet file's defaults. */
export function fleetNode(values: Partial<FleetNode>): FleetNode {
  return {
    uuid: undefined,
    name: undefined,
    driver: 'fake-hardware',
    conductorGroup: '',
    bootInterface: 'ipxe',
    deployInterface: 'direct',
    provisionState: undefined,
    driverInfo: {},
    instanceInfo: {},
    properties: {},
    extra: {},
    ports: [],
    ...values,
  }
}

/** The MAC with this number. */
export function mac(number: number): MacAddress {
  const digits = number.toString(16).padStart(8, '0')
  return `52:54:${digits.replace(/..(?=.)/g, '$&:')}` as MacAddress
}
