import type { Sight } from '../../events/timeline/sight.ts'
import type { Installation } from '../installation.ts'

/**
 * What of a boot comes to light in this installation. Beside an Ironic, its web server has the files, and its API the agents: of
 * these its database tells.
 */
export function bootSight({ attached, config }: Pick<Installation, 'attached' | 'config'>): Sight {
  const { boot_follow_up_interval: interval, serve_http_root: servesFiles } = config.bootring
  return { files: !attached && servesFiles, agents: !attached || interval > 0 }
}
