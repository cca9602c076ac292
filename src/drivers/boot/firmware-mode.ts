import { BootringError } from '../../model/errors.ts'
import type { Node } from '../../model/node.ts'

export type FirmwareMode = 'uefi' | 'bios'

/**
 * In what mode a node's firmware boots: as the instance asks (secure boot needs UEFI), as the node's capabilities say, as it was found
 * to be, or else by `[deploy]default_boot_mode`. Throws `InvalidParameter` for another mode, or where instance and capabilities disagree.
 * Source: get_boot_mode in ironic/drivers/modules/boot_mode_utils.py.
 */
export function firmwareModeOf(
  node: Pick<Node, 'uuid' | 'bootMode' | 'driverInternalInfo' | 'instanceInfo' | 'properties'>,
  byDefault: FirmwareMode,
): FirmwareMode {
  const instance = instanceCapabilities(node.instanceInfo.capabilities)
  if (String(instance.secure_boot).toLowerCase() === 'true') return 'uefi'
  const capability = capabilities(node.properties.capabilities).boot_mode
  const asked = [
    instance.boot_mode,
    node.instanceInfo.deploy_boot_mode,
    capability,
    node.driverInternalInfo.deploy_boot_mode,
    node.bootMode,
  ].find(Boolean)
  const mode = asked === undefined ? byDefault : String(asked).toLowerCase()
  if (mode !== 'uefi' && mode !== 'bios')
    throw new BootringError(
      'InvalidParameter',
      `node ${node.uuid}: ${JSON.stringify(asked)} is no boot mode: uefi or bios`,
    )
  if (capability && String(capability).toLowerCase() !== mode)
    throw new BootringError(
      'InvalidParameter',
      `node ${node.uuid}: boot mode ${mode} of its instance is not the ${capability} of its properties.capabilities`,
    )
  return mode
}

/** `boot_mode:uefi,secure_boot:true`; what has not this form is left out, as by Ironic. */
function capabilities(value: unknown): Record<string, unknown> {
  if (typeof value !== 'string') return {}
  const pairs = value.split(',').map((pair) => pair.split(':').map((part) => part.trim()))
  return Object.fromEntries(pairs.filter((pair) => pair.length === 2 && pair.every(Boolean)))
}

/** Of an instance they are an object, or one as JSON text. */
function instanceCapabilities(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return { ...value }
  if (typeof value !== 'string') return {}
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return capabilities(value)
  }
}
