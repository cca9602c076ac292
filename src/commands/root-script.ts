import { Command } from 'commander'
import { BootringError } from '../model/errors.ts'
import { addExamples } from './examples.ts'
import { addConfigOptions, type ConfigOptions, loadFromOptions } from './options.ts'
import { buildIronicRootTemplate, buildRootGrub, buildRootScript } from './wiring/build-root-script.ts'

interface RootScriptCommandOptions extends ConfigOptions {
  ironicTemplate?: true
  grub?: true
}

/** `bootring root-script`: what DHCP's boot file should hold, for whatever web server gives it out. */
export function rootScriptCommand(output: { write(text: string): unknown } = process.stdout): Command {
  const command = new Command('root-script').description(
    'print the root script (boot.ipxe) that the options make, for a web server of your own',
  )
  addExamples(command, {
    'bootring root-script > /var/www/html/boot.ipxe': 'for the web server whose URL DHCP hands out',
    'bootring root-script --attached --ironic-template > boot.ipxe': "for Ironic's conductors",
  })
  return addConfigOptions(command, { attached: true })
    .option(
      '--ironic-template',
      "attached: print a template for Ironic's [pxe]ipxe_boot_script instead, so that Ironic writes the script into its http_root when it starts; its file must be called boot.ipxe, in whatever folder",
    )
    .option('--grub', 'print the configuration that GRUB reads first instead, for the folder that GRUB comes from')
    .action(({ grub, ironicTemplate, ...options }: RootScriptCommandOptions) => {
      const { installation } = loadFromOptions(options, { withoutDatabase: true })
      if (ironicTemplate && !installation.attached) {
        throw new BootringError('ConfigInvalid', '--ironic-template is for the attached mode: give --attached as well')
      }
      if (grub) output.write(buildRootGrub(installation))
      else output.write(ironicTemplate ? buildIronicRootTemplate(installation) : buildRootScript(installation))
    })
}
