import type { Config } from '../../config/config.ts'
import { type BootFileState, bootsInstanceRamdisk, waitStates } from '../../model/provision-states.ts'

interface BootRules {
  api: Pick<Config['api'], 'restrict_boot_config'>
}

/** Diskless machines boot while active, where that is allowed. */
export function mayBoot(config: BootRules, node: BootFileState): boolean {
  if (waitStates.has(node.provisionState ?? '')) return true
  return !config.api.restrict_boot_config && bootsInstanceRamdisk(node)
}

/** The state in which a node's machine boots: that in which it is, or else the next one. */
export function bootState(config: BootRules, node: BootFileState): string | null {
  if (mayBoot(config, node)) return node.provisionState
  return node.deployInterface === 'ramdisk' ? 'active' : 'wait call-back'
}
