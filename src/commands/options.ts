import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { type LoadedConfig, type LoadRequest, loadConfig } from '../config/load.ts'
import { computeDefaults } from './computed-defaults.ts'
import { type Installation, type InstallationRequest, resolveInstallation } from './installation.ts'
import { gatherMachineFacts, type MachineFacts } from './machine-facts.ts'

/** Read where no `--config-file` is given, if it is there. */
export const defaultConfigFile = '/etc/bootring/bootring.conf'

/** What `addConfigOptions` makes commander hand to an action. */
export interface ConfigOptions {
  configFile?: string[]
}

/** Adds `--config-file <file>`, which may be given several times. */
export function addConfigOptions<C extends Command>(command: C): C {
  command.option(
    '--config-file <file>',
    `file with options, in oslo.config's INI form; may be repeated, later files win (default: ${defaultConfigFile}, if it is there)`,
    (file: string, files: string[] | undefined) => [...(files ?? []), file],
  )
  return command
}

/** What to load, from the command line, the process's environment and the machine. */
export function loadRequest(
  { configFile }: ConfigOptions,
  facts: MachineFacts = gatherMachineFacts(process.env),
  request: InstallationRequest = {},
): LoadRequest {
  const { host, my_ip, statePath } = computeDefaults(facts, request)
  return {
    files: configFile ?? (existsSync(defaultConfigFile) ? [defaultConfigFile] : []),
    env: facts.env,
    computedDefaults: {
      DEFAULT: {
        host,
        my_ip,
        get state_path() {
          return statePath()
        },
      },
    },
  }
}

/** @throws BootringError ConfigInvalid, with a line for each problem. */
export function loadFromOptions(
  options: ConfigOptions,
  request: InstallationRequest = {},
): LoadedConfig & { installation: Installation } {
  const facts = gatherMachineFacts(process.env)
  const loaded = loadConfig(loadRequest(options, facts, request))
  return { ...loaded, installation: resolveInstallation(loaded, facts, request) }
}
