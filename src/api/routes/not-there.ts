import { BootringError } from '../../model/errors.ts'
import type { RestRoutes } from '../rest/rest.ts'

/** Resources of Ironic's API that bootring has not, with the version that brought each. */
const resources: Readonly<Record<string, number>> = {
  chassis: 1,
  volume: 32,
  allocations: 52,
  events: 54,
  deploy_templates: 55,
  shards: 82,
  runbooks: 92,
  inspection_rules: 96,
}

/** The same below a node. */
const belowNodes: Readonly<Record<string, number>> = {
  volume: 32,
  bios: 40,
  allocation: 52,
  children: 83,
  firmware: 86,
  vmedia: 89,
}

/** Says so in words, where clients might otherwise take a 404 for a resource that was deleted. */
export const notThereRoutes: RestRoutes = (app) => {
  const refuse = (path: string, name: string, since: number) => {
    for (const url of [path, `${path}/*`]) {
      app.all(url, { config: { since }, schema: { hide: true } }, async () => {
        throw new BootringError('NotImplemented', `bootring does not have "${name}".`)
      })
    }
  }
  for (const [name, since] of Object.entries(resources)) refuse(`/v1/${name}`, name, since)
  for (const [name, since] of Object.entries(belowNodes)) refuse(`/v1/nodes/:node/${name}`, name, since)
}
