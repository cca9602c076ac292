import { BootringError } from '../../model/errors.ts'
import { nobodysMac } from '../../model/preflight-requests.ts'
import type { Check } from '../check.ts'
import type { Report } from '../finding.ts'
import type { World } from '../world.ts'

/** Its answer is the generic 404. */
const nobodysPath = `/v1/boot/${nobodysMac.replaceAll(':', '-')}/boot.ipxe`

export const rootScript: Check = {
  name: 'root-script',
  title: 'The root script can be rendered, machines are given that one, and every API that it asks answers.',
  begin: (world) => ({
    async end() {
      let text: string
      try {
        text = world.rootScript()
      } catch (error) {
        if (!(error instanceof BootringError)) throw error
        return [{ severity: 'error', message: error.message, remedy: error.kind.remedy }]
      }
      return [
        ...(await served(world, text)),
        ...(await Promise.all(world.apiRootUrls.map((url) => api(world, url)))).flat(),
      ]
    },
  }),
}

async function served(world: World, text: string): Promise<Report[]> {
  const { rootScriptUrl: url } = world
  const there = await world.text(url)
  if (there === undefined)
    return [
      {
        severity: 'warning',
        message: `${url} has no root script`,
        remedy:
          'See whether the conductor of this host runs, and [deploy]http_url; another web server may have it (bootring root-script).',
      },
    ]
  if (there.trim() === text.trim() || world.apiRootUrls.some((root) => there.includes(`${root}/v1/boot/`))) return []
  return [
    {
      severity: 'warning',
      message: `${url} is another script than these options make, and asks none of this installation's APIs`,
      remedy: 'Restart the conductor after changes of options, or put there what bootring root-script prints.',
    },
  ]
}

async function api(world: World, root: string): Promise<Report[]> {
  const probe = await world.probe(`${root}${nobodysPath}`)
  if (probe.outcome === 'answered' && (probe.status === 404 || probe.status === 200)) return []
  const why = probe.outcome === 'failed' ? probe.message : `it answers ${probe.status}`
  return [
    {
      severity: 'error',
      message: `the API at ${root} answers no boot requests: ${why}`,
      remedy:
        'See whether that API and a conductor run, and that [bootring]api_root_urls or [pxe]ipxe_config_api_root_url is right.',
    },
  ]
}
