import type { Command } from 'commander'
import { type LoadedConfig, type LoadRequest, loadConfig } from '../config/load.ts'
import { computeDefaults } from './computed-defaults.ts'
import { type ConfigPlace, findConfigFiles, type UsualPlaces, usualPlaces } from './config-files.ts'
import { type Installation, type InstallationRequest, resolveInstallation } from './installation.ts'
import { gatherMachineFacts, type MachineFacts } from './machine-facts.ts'

/** What `addConfigOptions` makes commander hand to an action. */
export interface ConfigOptions {
  configFile?: string[]
  configDir?: string[]
  /** The two above in the order of the command line; without it, files come first. */
  configPlaces?: ConfigPlace[]
  attached?: boolean
}

/** Adds `--config-file <file>` and `--config-dir <folder>`, which may be given several times, and for some commands `--attached`. */
export function addConfigOptions<C extends Command>(command: C, { attached = false } = {}): C {
  const place = (given: ConfigPlace): void => {
    const before: ConfigPlace[] = command.getOptionValue('configPlaces') ?? []
    command.setOptionValue('configPlaces', [...before, given])
  }
  const { own, ironicFiles, ironicFolder } = usualPlaces
  const ironics = `; attached: before it ${[...ironicFiles, `${ironicFolder}/*.conf`].join(', ')}`
  command
    .option(
      '--config-file <file>',
      `file with options, in oslo.config's INI form; may be repeated, later files win (default: ${own}${attached ? `${ironics}, where they are` : ', where it is'} there)`,
      (file: string, files: string[] | undefined) => {
        place({ file })
        return [...(files ?? []), file]
      },
    )
    .option(
      '--config-dir <folder>',
      'folder whose *.conf files are read in sorted order, in its turn among the --config-file options; may be repeated',
      (folder: string, folders: string[] | undefined) => {
        place({ folder })
        return [...(folders ?? []), folder]
      },
    )
  if (attached)
    command.option(
      '--attached',
      'work beside a running Ironic, from its options and database ([bootring]mode = attached)',
    )
  return command
}

/** What to load, from the command line, the process's environment and the machine. Throws `ConfigInvalid`. */
export function loadRequest(
  { configFile = [], configDir = [], configPlaces, attached: flag = false }: ConfigOptions,
  facts: MachineFacts = gatherMachineFacts(process.env),
  request: InstallationRequest = {},
  usual: UsualPlaces = usualPlaces,
): LoadRequest {
  const places = configPlaces ?? [...configFile.map((file) => ({ file })), ...configDir.map((folder) => ({ folder }))]
  const { files, attached } = findConfigFiles({ places, attached: flag, env: facts.env }, usual)
  const computed = computeDefaults(facts, { ...request, attached })
  return {
    files,
    env: facts.env,
    withoutDatabase: request.withoutDatabase ?? false,
    ...(flag ? { overrides: { bootring: { mode: 'attached' } } } : {}),
    computedDefaults: {
      // Looked up only where something refers to them.
      DEFAULT: {
        get host() {
          return computed.host()
        },
        my_ip: computed.my_ip,
        get state_path() {
          return computed.statePath()
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
