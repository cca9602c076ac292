import { renderIronicRootTemplate } from '../../ipxe/ironic-root-template.ts'
import { renderRootGrub } from '../../ipxe/root-grub.ts'
import { type RootScriptOptions, renderRootScript } from '../../ipxe/root-script.ts'
import type { Installation } from '../installation.ts'

/** The root script of this installation. Throws `ConfigInvalid` or `TemplateFailed`. */
export const buildRootScript = (installation: Installation): string => renderRootScript(rootScriptOptions(installation))

/** The configuration that GRUB reads first. Throws `TemplateFailed`. */
export const buildRootGrub = (installation: Installation): string => renderRootGrub(rootScriptOptions(installation))

/** A template from which Ironic makes the same script. Throws `ConfigInvalid`. */
export const buildIronicRootTemplate = (installation: Installation): string =>
  renderIronicRootTemplate(rootScriptOptions(installation))

/**
 * An API whose host dies between request and answer would hold a machine for ever. A 503 has it wait within the same fetch: so it
 * is long enough for outages of a database, over all rounds more than ten minutes.
 */
const apiPatienceSeconds = 60

function rootScriptOptions({ apiRootUrl, apiRootUrls, attached, config, httpUrl }: Installation): RootScriptOptions {
  const { ipxe_boot_script, ipxe_fallback_script, ipxe_timeout, ipxe_use_boot_config_api } = config.pxe
  return {
    // Ironic's own template is for the script that Ironic writes; its links lead to one conductor's files.
    ...(ipxe_boot_script === undefined || attached ? {} : { templateFile: ipxe_boot_script }),
    useBootConfigApi: attached || ipxe_use_boot_config_api,
    apiRootUrl,
    otherApiRootUrls: apiRootUrls.slice(1),
    httpUrl,
    ipxeTimeoutSeconds: ipxe_timeout || apiPatienceSeconds,
    // A dead conductor stays on the rings for this long at most.
    failoverSeconds: Math.max(0, config.conductor.heartbeat_timeout) + config.DEFAULT.hash_ring_reset_interval,
    ...(ipxe_fallback_script === undefined ? {} : { fallbackScript: ipxe_fallback_script }),
  }
}
