import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../../config/load.ts'
import { templateOptions } from './template-options.ts'

/** Attached, with these lines in `[pxe]`. */
function optionsOf(...lines: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-templates-'))
  try {
    const file = join(folder, 'ironic.conf')
    const rest = ['[bootring]', 'mode = attached', '[database]', 'connection = sqlite:////x', '[pxe]', ...lines]
    writeFileSync(file, `${rest.join('\n')}\n`)
    return templateOptions(loadConfig({ files: [file], env: {} }).config)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

it("names no templates where Ironic's own are used, also where the options name those", () => {
  const none = { 'boot.ipxe': [], 'grub.cfg': [], 'pxelinux.cfg': [] }
  expect(optionsOf()).toEqual(none)
  expect(
    optionsOf(
      'ipxe_config_template = $pybasedir/drivers/modules/ipxe_config.template',
      `pxe_config_template = \${pybasedir}/drivers/modules/pxe_config.template`,
      'uefi_pxe_config_template = $pybasedir/drivers/modules/pxe_grub_config.template',
    ),
  ).toEqual(none)
})

it("names the operator's, also those in a folder that only Ironic knows", () => {
  const other = ['/etc/ironic/bios.template', '$pybasedir/own.template', '/etc/ironic/arm.template']
  expect(
    optionsOf(
      'ipxe_config_template = /etc/ironic/ipxe.template',
      'pxe_config_template = /etc/ironic/bios.template',
      'uefi_pxe_config_template = $pybasedir/own.template',
      'pxe_config_template_by_arch = aarch64:/etc/ironic/arm.template',
    ),
  ).toEqual({ 'boot.ipxe': ['/etc/ironic/ipxe.template'], 'grub.cfg': other, 'pxelinux.cfg': other })
})
