import { randomUUID } from 'node:crypto'
import { Command, InvalidArgumentError } from 'commander'
import type { BootFileName } from '../ipxe/boot-loader.ts'
import { BootringError } from '../model/errors.ts'
import type { NodeWithPorts } from '../model/node.ts'
import { printableLines } from '../model/printable.ts'
import { needsBootFiles, provisionStates } from '../model/provision-states.ts'
import type { StateScript } from '../model/state-script.ts'
import type { ConductorClient } from '../rpc/contract.ts'
import { asServed } from './as-served.ts'
import { checkReadable } from './check-readable.ts'
import { type FleetContext, withFleet } from './context.ts'
import { addExamples } from './examples.ts'
import { findNode } from './find-node.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { type Compared, changesJson, changesText, renderChanges } from './render-changes.ts'
import type { Output } from './terminal/output.ts'
import { painter } from './terminal/painter.ts'
import { Progress } from './terminal/progress.ts'
import { bootState } from './wiring/boot-state.ts'
import { buildBootDecision } from './wiring/build-boot-decision.ts'
import { buildConductorClient } from './wiring/build-conductor-client.ts'
import { buildRings } from './wiring/build-rings.ts'
import { buildScriptPreview, type ScriptPreview } from './wiring/build-script-preview.ts'
import { buildScriptsByState } from './wiring/build-scripts-by-state.ts'

interface RenderOptions extends ConfigOptions {
  state?: string
  allStates?: true
  name?: BootFileName
  template?: string
  diff?: true
  all?: true
  json?: true
}

interface Parts {
  context: FleetContext
  conductors: ConductorClient
  output: Output
  messages: Output
}

const fileNames: readonly BootFileName[] = ['boot.ipxe', 'grub.cfg', 'pxelinux.cfg', 'pixiecore.json']

/** `bootring render`: a node's boot file, and what another template would change. Ends with 1 where there is none, or where files differ. */
export function renderCommand(output: Output = process.stdout, messages: Output = process.stderr): Command {
  const command = new Command('render')
    .description('show the boot file that a node would get, and what a change of a template would change in the fleet')
    .argument('[node]', 'UUID, name or MAC of the node')
    .option(
      '--state <state>',
      'provision state (default: that in which it is, or will boot next)',
      oneOf(provisionStates),
    )
    .option('--all-states', 'each state in which a machine boots')
    .option(
      '--name <name>',
      `name of the boot file: ${fileNames.join(', ')} (default: the first that the node has)`,
      oneOf(fileNames),
    )
    .option('--template <file>', 'render from this template (default: what the options say)')
    .option(
      '--diff',
      'show what --template changes; without it, how what is rendered differs from what conductors serve; exit 1 if anything differs',
    )
    .option('--all', 'with --diff: all nodes, and each difference once')
    .option('--json', 'print one JSON document')
  addExamples(command, {
    'bootring render rack1-n1': 'what it would get the next time that it boots',
    'bootring render rack1-n1 --state "clean wait" --name grub.cfg': 'what GRUB would get while the node is cleaned',
    'bootring render --all --diff --template new.template': 'what a template would change in the fleet',
  })
  return addConfigOptions(command, { attached: true }).action((ident: string | undefined, options: RenderOptions) =>
    withFleet(options, async (opened) => {
      checkOptions(ident, options, opened.mode)
      await opened.database.checkSchema()
      const context = await asServed(opened, options)
      const conductors = buildConductorClient(context.installation, context.log)
      try {
        const parts = { context, conductors, output, messages }
        if (options.diff) await showDifferences(parts, ident, options)
        else await showFiles(parts, await findNode(context.database, ident ?? ''), options)
      } finally {
        await conductors.close()
      }
    }),
  )
}

function checkOptions(ident: string | undefined, options: RenderOptions, mode: FleetContext['mode']): void {
  const { all = false, allStates = false, diff = false, state, template } = options
  const refuse = (why: string) => new BootringError('InvalidParameter', why)
  if ((ident === undefined) !== all) throw refuse('name one node, or give --all')
  if (all && !diff) throw refuse('--all shows what differs: give --diff as well')
  if (allStates && (diff || template !== undefined || state !== undefined))
    throw refuse('--all-states goes with neither --state, --template nor --diff')
  if (mode === 'attached' && (diff || allStates || template !== undefined || state !== undefined))
    throw refuse(
      'beside a running Ironic, whose conductors render from templates of theirs, only what they serve now is shown',
    )
  if (template !== undefined) checkReadable('--template', template)
}

/** One file as it is; several below a line each that says which. */
async function showFiles(
  { conductors, context, output }: Parts,
  node: NodeWithPorts,
  options: RenderOptions,
): Promise<void> {
  const { config, database, installation, log } = context
  const { json = false, name } = options
  let scripts: StateScript[]
  if (context.mode === 'attached' || options.allStates) {
    const rings = buildRings(config, database.conductors)
    const decision = buildBootDecision(config, { conductors, database, rings })
    scripts = await buildScriptsByState(installation, { decision, log })(node)
    scripts = scripts.filter((one) => name === undefined || one.name === name)
  } else {
    const preview = buildScriptPreview(installation, log, templatesOf(options))
    scripts = [
      await renderedAs(preview, node, options.state ?? bootState(config, node), nameOf(preview, node, options)),
    ]
  }
  if (scripts.every(({ script }) => script === null)) process.exitCode = 1
  const [only] = scripts
  if (json) output.write(`${JSON.stringify({ node: { uuid: node.uuid, name: node.name }, scripts }, undefined, 2)}\n`)
  else if (scripts.length === 1 && typeof only?.script === 'string') output.write(ended(printableLines(only.script)))
  else
    for (const { error, name: file, script, state } of scripts) {
      const title = painter(output)('bold', `${state ?? 'available'}, ${file}:`)
      output.write(`${title}\n${ended(printableLines(script ?? error ?? ''))}\n`)
    }
}

async function showDifferences(parts: Parts, ident: string | undefined, options: RenderOptions): Promise<void> {
  const { context, messages, output } = parts
  const { config, database, installation, log } = context
  const progress = new Progress(messages, { quiet: options.json ?? false })
  const preview = buildScriptPreview(installation, log)
  const other = options.template === undefined ? undefined : buildScriptPreview(installation, log, templatesOf(options))
  const served = servedFile(parts)
  const compare = async (node: NodeWithPorts): Promise<Compared | undefined> => {
    const name = options.name ?? preview.fileNames(node)[0]
    if (name === undefined || !preview.fileNames(node).includes(name)) return undefined
    const state = options.state ?? bootState(config, node)
    const now = async (by: ScriptPreview) => textOf(await renderedAs(by, node, state, name))
    if (other !== undefined)
      return {
        before: await now(preview),
        after: await now(other),
        names: { before: name, after: options.template ?? '' },
      }
    // Conductors asked for what nobody boots would fetch images for it.
    if (!needsBootFiles(node)) return undefined
    return {
      before: await served(node, name),
      after: await now(preview),
      names: { before: `${name} served`, after: `${name} rendered` },
    }
  }
  const nodes = ident === undefined ? database.nodes.nodes() : just(await findNode(database, ident))
  const changes = await renderChanges(nodes, compare, (done) =>
    progress.show('Boot files compared, of nodes:', { done }),
  )
  progress.clear()
  if (changes.changes.length > 0) process.exitCode = 1
  output.write(options.json ? changesJson(changes) : changesText(output, changes))
}

/** What the node's conductors answer, asked in ring order; or why none does. */
function servedFile({ conductors, context }: Parts): (node: NodeWithPorts, name: string) => Promise<string> {
  const rings = buildRings(context.config, context.database.conductors)
  return async (node, name) => {
    let failure = 'no conductor is alive that could serve it'
    for (const hostname of await rings.order(node)) {
      try {
        return await conductors.call(
          hostname,
          'get_boot_config',
          { node_id: node.uuid, name },
          { requestId: `req-${randomUUID()}` },
        )
      } catch (error) {
        if (!(error instanceof BootringError)) throw error
        failure = `${error.code}: ${error.message}`
      }
    }
    return failure
  }
}

async function renderedAs(
  preview: ScriptPreview,
  node: NodeWithPorts,
  state: string | null,
  name: string,
): Promise<StateScript> {
  try {
    return { state, name, script: await preview.script(node, state, name), error: null }
  } catch (error) {
    if (!(error instanceof BootringError)) throw error
    return { state, name, script: null, error: `${error.code}: ${error.message}` }
  }
}

const textOf = ({ error, script }: StateScript): string => script ?? error ?? ''

function nameOf(preview: ScriptPreview, node: NodeWithPorts, { name }: RenderOptions): string {
  const chosen = name ?? preview.fileNames(node)[0]
  if (chosen !== undefined) return chosen
  throw new BootringError(
    'UnsupportedDriverExtension',
    `boot interface ${node.bootInterface ?? '(none)'} of node ${node.uuid} serves no boot files`,
  )
}

/** A template makes the file that `--name` says, of which most are scripts of iPXE. */
const templatesOf = ({ name = 'boot.ipxe', template }: RenderOptions): Parameters<typeof buildScriptPreview>[2] =>
  template === undefined ? {} : { [name]: template }

async function* just(node: NodeWithPorts): AsyncGenerator<NodeWithPorts> {
  yield node
}

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)

function oneOf<T extends string>(values: readonly T[]): (value: string) => T {
  return (value) => {
    const known = values.find((one) => one === value)
    if (known !== undefined) return known
    throw new InvalidArgumentError(`There are ${values.join(', ')}.`)
  }
}
