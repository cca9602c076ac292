import { renderRootScript } from '../../ipxe/root-script.ts'
import type { Installation } from '../installation.ts'

/** The root script of this installation. Throws `ConfigInvalid` or `TemplateFailed`. */
export function buildRootScript({ apiRootUrl, config, httpUrl }: Installation): string {
  const { ipxe_boot_script, ipxe_fallback_script, ipxe_timeout, ipxe_use_boot_config_api } = config.pxe
  return renderRootScript({
    ...(ipxe_boot_script === undefined ? {} : { templateFile: ipxe_boot_script }),
    useBootConfigApi: ipxe_use_boot_config_api,
    apiRootUrl,
    httpUrl,
    ipxeTimeoutSeconds: ipxe_timeout,
    // A dead conductor stays on the rings for this long at most.
    failoverSeconds: config.conductor.heartbeat_timeout + config.DEFAULT.hash_ring_reset_interval,
    ...(ipxe_fallback_script === undefined ? {} : { fallbackScript: ipxe_fallback_script }),
  })
}
