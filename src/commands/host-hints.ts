import { accessSync, constants } from 'node:fs'
import type { Problem } from '../config/problem.ts'
import type { Installation } from './installation.ts'

/**
 * What this host lacks for an API or a conductor, for the user who asks: files that options name, and beside an Ironic its folders.
 * Only hints, as a host that runs one of them alone does not need all.
 */
export function hostHints({ attached, config, httpRoot, tftpRoot }: Installation): Problem[] {
  const { ipxe_config_template, pxe_config_template, pxe_config_template_by_arch, uefi_pxe_config_template } =
    config.pxe
  const { http_basic_auth_user_file, auth_strategy, use_ssl, cert_file, key_file } = config.json_rpc
  const strategy = auth_strategy ?? config.DEFAULT.auth_strategy
  const folders = !attached
    ? [undefined]
    : [hintOf('deploy', 'http_root', httpRoot), hintOf('pxe', 'tftp_root', tftpRoot)]
  const templates: [option: string, path: string | undefined][] = [
    ['ipxe_config_template', ipxe_config_template],
    ['pxe_config_template', pxe_config_template],
    ['uefi_pxe_config_template', uefi_pxe_config_template],
    ...Object.values(pxe_config_template_by_arch).map((path): [string, string] => [
      'pxe_config_template_by_arch',
      path,
    ]),
  ]
  return [
    // Either will do: an Ironic need not have both.
    ...(folders.includes(undefined) ? [] : folders),
    ...templates.map(([option, path]) => (path === undefined ? undefined : hintOf('pxe', option, path))),
    config.DEFAULT.auth_strategy === 'http_basic' && config.DEFAULT.http_basic_auth_user_file !== undefined
      ? hintOf('DEFAULT', 'http_basic_auth_user_file', config.DEFAULT.http_basic_auth_user_file, 'where an API runs')
      : undefined,
    strategy === 'http_basic' ? hintOf('json_rpc', 'http_basic_auth_user_file', http_basic_auth_user_file) : undefined,
    use_ssl ? hintOf('json_rpc', 'cert_file', cert_file) : undefined,
    use_ssl ? hintOf('json_rpc', 'key_file', key_file) : undefined,
  ].filter((hint) => hint !== undefined)
}

function hintOf(
  group: string,
  option: string,
  path: string | undefined,
  where = 'where a conductor runs',
): Problem | undefined {
  if (path === undefined) return { group, option, expected: `a path, ${where}` }
  try {
    accessSync(path, constants.R_OK)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { group, option, value: path, expected: `something that this user can read (${code}), ${where}` }
  }
}
