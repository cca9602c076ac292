import type { Sight } from '../../events/timeline/sight.ts'
import type { Installation } from '../installation.ts'

/** What of a boot comes to light in this installation. Beside an Ironic, its web server has the files and its API the agents. */
export function bootSight({ attached, config }: Pick<Installation, 'attached' | 'config'>): Sight {
  return { files: !attached && config.bootring.serve_http_root, agents: !attached }
}
