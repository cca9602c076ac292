import { BootringError } from '../../model/errors.ts'
import type { RestRoutes } from '../rest/rest.ts'

/** What Ironic's API has and bootring has not, with the version that brought each. */
const absent: readonly [path: string, name: string, since: number][] = [
  ['/v1/chassis', 'chassis', 1],
  ['/v1/volume', 'volumes', 32],
  ['/v1/nodes/:node/volume', 'volumes', 32],
  ['/v1/allocations', 'allocations', 52],
  ['/v1/events', 'events', 54],
  ['/v1/deploy_templates', 'deploy templates', 55],
  ['/v1/shards', 'a list of shards', 82],
  ['/v1/runbooks', 'runbooks', 92],
  ['/v1/inspection_rules', 'inspection rules', 96],
]

/** Says so in words, where clients might otherwise take a 404 for one resource that is gone. */
export const notThereRoutes: RestRoutes = (app) => {
  for (const [path, name, since] of absent) {
    for (const url of [path, `${path}/*`]) {
      app.all(url, { config: { since }, schema: { hide: true } }, async () => {
        throw new BootringError('NotImplemented', `bootring does not have ${name}.`)
      })
    }
  }
}
