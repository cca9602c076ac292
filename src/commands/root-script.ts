import { Command } from 'commander'
import { addConfigOptions, type ConfigOptions, loadFromOptions } from './options.ts'
import { buildRootScript } from './wiring/build-root-script.ts'

/** `bootring root-script`: what DHCP's boot file should hold, for whatever web server gives it out. */
export function rootScriptCommand(): Command {
  const command = new Command('root-script').description(
    'print the root script (boot.ipxe) that the options make, for a web server of your own',
  )
  return addConfigOptions(command).action((options: ConfigOptions) => {
    process.stdout.write(buildRootScript(loadFromOptions(options).installation))
  })
}
