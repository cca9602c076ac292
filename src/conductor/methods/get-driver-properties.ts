import type { Handlers } from '../../rpc/contract.ts'
import type { ManagementParts } from './management-parts.ts'

/** `get_driver_properties`: what goes into `driver_info` of a hardware type's nodes. */
export function getDriverProperties({
  hardware,
}: Pick<ManagementParts, 'hardware'>): NonNullable<Handlers['get_driver_properties']> {
  return async ({ driver_name }) => ({ properties: hardware.driverProperties(driver_name) })
}
