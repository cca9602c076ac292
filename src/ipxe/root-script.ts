import { BootringError } from '../model/errors.ts'
import { ownTemplate } from './own-template.ts'
import { safeUrl } from './safe-value.ts'
import { Template } from './template.ts'

export interface RootScriptOptions {
  /** `[pxe]ipxe_boot_script`; bootring's own without it. */
  templateFile?: string | undefined
  /** Whether links go to the boot configuration API, or else to the HTTP server's files. */
  useBootConfigApi: boolean
  /** e.g. `http://10.0.0.1:6385`, without `/v1`. */
  apiRootUrl: string
  /** Asked in turn after it, for each NIC: the death of one API stops no machine. */
  otherApiRootUrls?: readonly string[] | undefined
  /** The HTTP server's root, e.g. `http://10.0.0.1:8080`. */
  httpUrl: string
  /** `[pxe]ipxe_fallback_script`. */
  fallbackScript?: string | undefined
  /** Milliseconds after which a silent server counts as gone are `1000 *` this; 0 or none: iPXE's own patience. */
  ipxeTimeoutSeconds?: number | undefined
  /** How long other conductors take to stand in for a dead one: heartbeat time-out plus age of a ring. Default: 75. */
  failoverSeconds?: number | undefined
}

/** On top of the failover itself: time for the new owner to answer, and for clocks and heartbeats out of step. */
const marginSeconds = 45
const pauseStepSeconds = 2
const defaultFailoverSeconds = 75

/**
 * The script that DHCP hands to every machine; it finds the machine's own. Throws `ConfigInvalid` for an operator's
 * template that can't link to the API, `TemplateFailed` for one that can't be rendered.
 */
export function renderRootScript(options: RootScriptOptions): string {
  const template = new Template(options.templateFile ?? ownTemplate('root.ipxe'))
  const failoverSeconds = options.failoverSeconds ?? defaultFailoverSeconds
  const pauses = rootPauses(failoverSeconds)
  const links = options.useBootConfigApi
    ? { uris: apiUris(options), suffix: '/boot.ipxe' }
    : { uris: [`${url('[deploy]http_url', options.httpUrl)}/pxelinux.cfg/`], suffix: '' }
  const text = template.render({
    ipxe_for_mac_uri: links.uris[0],
    ipxe_for_mac_uris: links.uris,
    ipxe_for_mac_suffix: links.suffix,
    // Ironic gives None; here undefined, so that a template which prints it unasked fails rather than chain "None".
    ipxe_fallback_script: options.fallbackScript
      ? safeUrl('[pxe]ipxe_fallback_script', options.fallbackScript)
      : undefined,
    ipxe_timeout: Math.round((options.ipxeTimeoutSeconds ?? 0) * 1000),
    failover_seconds: failoverSeconds,
    retry_seconds: pauses.reduce((sum, pause) => sum + pause, 0),
    last_pause: pauses.at(-1) ?? 0,
    pauses,
  })
  if (options.useBootConfigApi && template.mentions('ipxe_for_mac_uri') && !template.mentions('ipxe_for_mac_suffix'))
    throw new BootringError(
      'ConfigInvalid',
      `[pxe]ipxe_boot_script = ${template.path}: with [pxe]ipxe_use_boot_config_api its links need {{ ipxe_for_mac_suffix }} after the MAC, e.g. chain {{ ipxe_for_mac_uri }}\${mac:hexhyp}{{ ipxe_for_mac_suffix }}; without it every one would answer 404`,
    )
  if (!text.startsWith('#!ipxe'))
    throw new BootringError('ConfigInvalid', `[pxe]ipxe_boot_script = ${template.path} does not begin with #!ipxe`)
  return text
}

/** To each of which a MAC and the name of a boot file are to be added. */
export function apiUris({
  apiRootUrl,
  otherApiRootUrls = [],
}: Pick<RootScriptOptions, 'apiRootUrl' | 'otherApiRootUrls'>): string[] {
  return [
    url('[pxe]ipxe_config_api_root_url', apiRootUrl),
    ...otherApiRootUrls.map((other) => url('[bootring]api_root_urls', other)),
  ].map((root) => `${root}/v1/boot/`)
}

/** 2, 4, 6, … seconds, until another conductor stands in for one that died. */
export function rootPauses(failoverSeconds = defaultFailoverSeconds): number[] {
  const totalSeconds = failoverSeconds + marginSeconds
  const pauses: number[] = []
  for (let sum = 0; sum < totalSeconds; ) {
    const pause = (pauses.length + 1) * pauseStepSeconds
    pauses.push(pause)
    sum += pause
  }
  return pauses
}

const url = (field: string, text: string) => safeUrl(field, text).replace(/\/+$/, '')
