import { type Link, resourceLinks } from './links.ts'
import { maxVersion, minVersion, versionText } from './microversion.ts'
import type { RestRoutes } from './rest.ts'

export const serviceDescription = 'Makes bare-metal machines network-boot, whichever server dies.'

/** The resources that `/v1` names, with the version that brought each. */
const resources: Readonly<Record<string, number>> = {
  nodes: 1,
  ports: 1,
  drivers: 1,
  lookup: 22,
  heartbeat: 22,
  portgroups: 23,
  conductors: 49,
  continue_inspection: 84,
}

const answer = { response: { 200: { type: 'object', additionalProperties: true } } }

/** Ironic's way to say which versions and resources there are, and where. */
export const discoveryRoutes: RestRoutes = (app, rest) => {
  const version = (root: string) => ({
    id: 'v1',
    links: [{ href: `${root}/v1/`, rel: 'self' }],
    status: 'CURRENT',
    min_version: versionText(minVersion),
    version: versionText(maxVersion),
  })
  const config = { open: true }
  app.get('/', { config, schema: { summary: 'Versions of the API', ...answer } }, async (request) => {
    const root = rest.rootUrl(request)
    return {
      name: 'bootring',
      description: serviceDescription,
      default_version: version(root),
      versions: [version(root)],
    }
  })
  app.get('/v1', { config, schema: { summary: 'Resources of version 1', ...answer } }, async (request) => {
    const root = rest.rootUrl(request)
    const links: [name: string, links: Link[]][] = Object.entries(resources)
      .filter(([, since]) => request.microversion >= since)
      .map(([name]) => [name, resourceLinks(root, `${name}/`)])
    return {
      id: 'v1',
      links: version(root).links,
      media_types: { base: 'application/json', type: 'application/vnd.openstack.ironic.v1+json' },
      ...Object.fromEntries(links),
      version: version(root),
    }
  })
}
