import { BootringError } from '../model/errors.ts'
import { attachedHints } from './attached-hints.ts'
import { type Config, type GroupName, sections } from './config.ts'
import { formatAsText } from './format-value.ts'
import { normalizeGroup } from './ini.ts'
import { ironicDefaults } from './ironic-defaults.ts'
import type { Option, Section } from './option.ts'
import { parseValue } from './parse-value.ts'
import { formatProblem, type Origin, type Problem, placeOf, showValue } from './problem.ts'
import { type Assignment, type Assignments, type ConfigSources, readSources } from './sources.ts'
import { createSubstitution, type Lookup } from './substitute.ts'
import { findUnknownOptions } from './unknown-options.ts'

export interface LoadRequest extends ConfigSources {
  /**
   * What `$name` stands for where the option has no default and is not set, by group and name: `host`, `my_ip` and the like,
   * which depend on the machine. They do not become values of the configuration.
   */
  readonly computedDefaults?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** For work that opens no database: attached, its URL may be missing. */
  readonly withoutDatabase?: boolean
}

export interface LoadedConfig {
  /** Frozen, through and through. */
  readonly config: Config
  /** Whether any source gives the option a value; its default does not count. */
  isSet<G extends GroupName>(group: G, name: keyof Config[G] & string): boolean
  /** Where the option's value comes from; undefined: it is not set. */
  origin<G extends GroupName>(group: G, name: keyof Config[G] & string): Origin | undefined
  /** Deprecated names and the like, for the operator. */
  readonly warnings: readonly Problem[]
}

export interface CheckedConfig {
  readonly mode: string
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** Different options that the files set, those that only Ironic reads included. */
  readonly optionsSet: number
  /** What there is to check further: an option that is wrong has its default. */
  readonly rest: Pick<LoadedConfig, 'config' | 'origin'>
}

/** @throws BootringError ConfigInvalid, whose message has a line for each problem. */
export function loadConfig(request: LoadRequest): LoadedConfig {
  const evaluation = evaluate(request)
  const { problems, warnings } = evaluation
  if (problems.length > 0) throw new BootringError('ConfigInvalid', problems.map(formatProblem).join('\n'))
  const { config, origin } = loaded(evaluation)
  return { config, isSet: (group, name) => origin(group, name) !== undefined, origin, warnings }
}

function loaded({ origins, values }: Evaluation): Pick<LoadedConfig, 'config' | 'origin'> {
  return {
    // Made from `sections` option by option, each parsed by its own type: the compiler can't follow that.
    config: deepFreeze(values) as Config,
    origin: (group, name) => origins.get(`${group}\0${name}`),
  }
}

/** The same without throwing, for showing all there is to say. */
export function checkConfig(request: LoadRequest): CheckedConfig {
  const evaluation = evaluate(request)
  const { attached, problems, warnings, assignments } = evaluation
  const rest = loaded(evaluation)
  const names = new Set(assignments.entries.map(({ group, name }) => `${group}\0${name}`))
  return {
    mode: attached ? 'attached' : 'standalone',
    problems,
    // Said here alone: at a start, only the process that trips over it should speak.
    warnings: attached ? [...warnings, ...attachedHints(rest.config, request.files)] : warnings,
    optionsSet: names.size,
    rest,
  }
}

/** How oslo.config's sample files write that an option has no default. */
const noneText = '<None>'

interface Evaluation {
  /** To a running Ironic, which has the last word on what its options may be. */
  readonly attached: boolean
  readonly values: Record<string, Record<string, unknown>>
  readonly origins: ReadonlyMap<string, Origin>
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  readonly assignments: Assignments
}

function evaluate(request: LoadRequest): Evaluation {
  const assignments = readSources(request)
  const unknown = findUnknownOptions(assignments.entries, request.env)
  const problems = [...assignments.problems, ...unknown.problems]
  const warnings = [...unknown.warnings]
  const origins = new Map<string, Origin>()
  const attached = assignments.find([['bootring', 'mode']])?.text.trim() === 'attached'
  const lookup = createLookup(assignments, request.computedDefaults ?? {}, attached ? ironicDefaults : {})
  const substitute = createSubstitution(lookup)

  /** A value that does not fit is as none where only Ironic reads it. */
  function evaluateOption(group: string, name: string, option: Option<unknown>): unknown {
    const isOurs = !attached || option.standaloneOnly !== true
    return evaluateAssigned(group, name, option, isOurs ? { problems, warnings } : { problems: [], warnings: [] })
  }

  function evaluateAssigned(
    group: string,
    name: string,
    option: Option<unknown>,
    { problems, warnings }: { problems: Problem[]; warnings: Problem[] },
  ): unknown {
    const { fallbackName } = option
    const assignment =
      assignments.find(namesOf(group, name, option)) ??
      (fallbackName === undefined ? undefined : assignments.find([fromPath(group, fallbackName)]))
    if (assignment === undefined) return option.default
    const place = { ...placeOf(assignment.origin), group: assignment.group, option: assignment.name }
    const isPresent = assignment.group === group && assignment.name === name
    const isFallback = `${assignment.group}/${assignment.name}` === option.fallbackName
    // Ironic says so itself, where the file is Ironic's.
    if (!attached && !isPresent && !isFallback)
      warnings.push({ ...place, expected: `its present name, [${group}]${name}` })
    if (assignment.text === noneText) {
      warnings.push({ ...place, value: noneText, expected: `the line to be left out: ${noneText} means not set` })
      return option.default
    }
    const substituted = substitute(group, assignment.text)
    const value = showAssigned(assignment, option, substituted)
    if ('expected' in substituted && withoutBraces(assignment.text) === option.ironicStock) {
      if (!attached)
        warnings.push({ ...place, value, expected: "the line to be left out: this is Ironic's own template" })
      return option.default
    }
    // A template of the operator's, then, in a folder that only Ironic knows.
    if ('expected' in substituted && attached && option.ironicStock !== undefined && option.standaloneOnly !== true) {
      return assignment.text
    }
    if ('expected' in substituted) {
      // A password with a dollar sign in it: what follows the sign is no name.
      const expected =
        option.secret === true ? 'references to options that are set ($$ is a plain dollar sign)' : substituted.expected
      problems.push({ ...place, value, expected })
      return option.default
    }
    // To Ironic an empty text and none are the same wherever there need not be one.
    const isEmpty = option.default === undefined && substituted.text.trim() === ''
    const type = (attached ? option.attached?.type : undefined) ?? option.type
    const parsed = isEmpty ? { kind: 'unset' as const } : parseValue(type, substituted.text)
    const expected =
      parsed.kind === 'wrong' ? parsed.expected : parsed.kind === 'value' ? option.check?.(parsed.value) : undefined
    if (expected !== undefined) problems.push({ ...place, value, expected })
    if (parsed.kind !== 'value') return option.default
    origins.set(`${group}\0${name}`, assignment.origin)
    return attached && option.attached?.adopt ? option.attached.adopt(parsed.value) : parsed.value
  }

  const values: Record<string, Record<string, unknown>> = Object.fromEntries(
    Object.entries<Section>(sections).map(([group, section]) => [
      group,
      Object.fromEntries(Object.entries(section).map(([name, option]) => [name, evaluateOption(group, name, option)])),
    ]),
  )
  const hasDatabase = values.database?.connection !== undefined || values.DEFAULT?.state_path !== undefined
  if (attached && request.withoutDatabase !== true && !hasDatabase) {
    problems.push({
      group: 'database',
      option: 'connection',
      expected: "the URL of Ironic's database, as mode is attached",
    })
  }
  return { attached, values, origins, problems, warnings, assignments }
}

/** The value for a message: as written and, where that differs and may be shown, as it is after substitution. */
function showAssigned(
  { text }: Assignment,
  option: Option<unknown>,
  substituted: ReturnType<ReturnType<typeof createSubstitution>>,
): string {
  if (option.secret === true) return '***'
  const written = showValue(text)
  if (!('text' in substituted) || substituted.text === text || !substituted.public) return written
  return `${written} (${showValue(substituted.text)})`
}

/** The present name first, then the deprecated ones. */
function namesOf(group: string, name: string, option: Option<unknown>): (readonly [string, string])[] {
  return [[group, name], ...(option.deprecatedNames ?? []).map((path) => fromPath(group, path))]
}

function fromPath(group: string, path: string): readonly [string, string] {
  const slash = path.indexOf('/')
  return slash < 0 ? [group, path] : [path.slice(0, slash), path.slice(slash + 1)]
}

function createLookup(
  assignments: Assignments,
  computedDefaults: Readonly<Record<string, Readonly<Record<string, string>>>>,
  otherDefaults: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Lookup {
  return (writtenGroup, name) => {
    const group = normalizeGroup(writtenGroup)
    const option = knownOption(group, name)
    const assignment = assignments.find(option === undefined ? [[group, name]] : namesOf(group, name, option))
    const isNone = assignment?.text === noneText
    // Nothing is known of other options, their secrets included.
    const mayBePrinted = option !== undefined && option.secret !== true
    if (assignment !== undefined && !isNone) return { group, name, text: assignment.text, public: mayBePrinted }
    const other = Object.hasOwn(otherDefaults, group) ? otherDefaults[group] : undefined
    if (other !== undefined && Object.hasOwn(other, name)) return { group, name, text: other[name] ?? '', public: true }
    if (option === undefined) return isNone ? { group, name, text: '', public: true } : undefined
    const computed = Object.hasOwn(computedDefaults, group) ? computedDefaults[group]?.[name] : undefined
    const text = option.default === undefined ? (computed ?? '') : option.default
    return { group, name, text: formatAsText(text), public: mayBePrinted }
  }
}

function knownOption(group: string, name: string): Option<unknown> | undefined {
  const all: Readonly<Record<string, Section>> = sections
  const section = Object.hasOwn(all, group) ? all[group] : undefined
  return section !== undefined && Object.hasOwn(section, name) ? section[name] : undefined
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}

/** `${name}` is the same as `$name`. */
const withoutBraces = (text: string): string => text.replaceAll(/\$\{(\w+)\}/g, '$$$1')
