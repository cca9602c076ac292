import { setTimeout as pause } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { BootWindow } from '../events/timeline/boot-window.ts'
import { EventTail } from '../events/timeline/event-tail.ts'
import { type BootQuery, readBoots } from '../events/timeline/read-boots.ts'
import type { Sight } from '../events/timeline/sight.ts'
import type { BootEventReader } from '../model/boot-events.ts'
import { type Boot, type BootVerdict, bootVerdicts } from '../model/boots.ts'
import { canonicalUuidOf } from '../model/canonical-uuid.ts'
import { parseClientAddress } from '../model/client-address.ts'
import { BootringError } from '../model/errors.ts'
import { parseNicAddress } from '../model/mac.ts'
import type { NodeFinder } from '../model/node-finder.ts'
import type { Logger } from '../observe/logger.ts'
import { withFleet } from './context.ts'
import { describeBoot } from './describe-boot.ts'
import { addExamples } from './examples.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { parseSince } from './parse-since.ts'
import { untilToldToStop } from './until-told-to-stop.ts'
import { bootSight } from './wiring/boot-sight.ts'
import { openBootEvents } from './wiring/open-boot-events.ts'
import { withCleanup } from './with-cleanup.ts'

interface BootsOptions extends ConfigOptions {
  node?: string
  mac?: string
  client?: string
  verdict?: BootVerdict
  since?: number
  limit: number
  steps?: boolean
  follow?: boolean
  json?: boolean
}

const pollMilliseconds = 1000
const eventsBefore = 3000
const mostBoots = 1000

/** `bootring boots`: what became of the machines that have booted, or have tried to. */
export function bootsCommand(): Command {
  const command = new Command('boots')
    .description('list boots, newest first: how far each machine came, why no further, and what to do about it')
    .option('--node <uuid|name>', 'of this node')
    .option('--mac <mac>', 'of a machine that has asked with this address')
    .option('--client <address>', 'of a machine that has asked from this IP address')
    .addOption(new Option('--verdict <verdict>', 'that came to this').choices(bootVerdicts))
    .option('--since <time>', 'begun since then: 30m, 12h, 7d ago, or 2026-01-31T12:00', (text) =>
      parseSince(text, Date.now()),
    )
    .option('--limit <number>', 'so many at most', parseLimit, 20)
    .option('--steps', 'show each step')
    .option('--follow', 'go on, and show each boot again whenever it goes on')
    .option('--json', 'print one JSON document; with --follow one a line')
  addExamples(command, {
    'bootring boots --follow': 'see machines boot, as they do',
    'bootring boots --node rack1-n1 --limit 1 --steps': 'how far a node came when it booted last',
    'bootring boots --since 12h --verdict "script fetched, kernel never"':
      'machines that lost their way last night after the script',
  })
  return addConfigOptions(command, { attached: true }).action((options: BootsOptions) =>
    withFleet(options, ({ database, installation, log }) =>
      withCleanup(async (cleanup) => {
        const events = await openBootEvents(installation, log, { readOnly: true })
        if (events === undefined)
          throw new BootringError('ConfigInvalid', '[bootring]boot_events = False: no boot events are kept')
        cleanup.defer(() => events.close())
        const query = await queryOf(options, database.finder)
        const sight = bootSight(installation)
        if (options.follow) await follow(events, query, options, sight, log)
        else await list(events, query, options, sight)
      }),
    ),
  )
}

async function queryOf(options: BootsOptions, finder: NodeFinder): Promise<BootQuery> {
  const { mac, node, since, verdict } = options
  const client = options.client === undefined ? undefined : parseClientAddress(options.client)
  if (options.client !== undefined && client === undefined)
    throw new BootringError('InvalidParameter', `--client ${options.client} is no IP address`)
  const address = mac === undefined ? undefined : parseNicAddress(mac)
  if (mac !== undefined && address === undefined) throw new BootringError('MalformedMac', `--mac ${mac} is no MAC`)
  const uuid = node === undefined ? undefined : (canonicalUuidOf(node) ?? (await finder.one(node))?.uuid)
  if (node !== undefined && uuid === undefined) throw new BootringError('NodeNotFound', `no node is called ${node}`)
  return { client, mac: address, node_uuid: uuid, since, verdict }
}

async function list(
  events: BootEventReader,
  query: BootQuery,
  { json, limit, steps }: BootsOptions,
  sight: Sight,
): Promise<void> {
  const boots: Boot[] = []
  let before: number | undefined
  // A page may be short of boots that match where many others were looked at.
  do {
    const page = await readBoots(events, { ...query, before }, limit - boots.length, Date.now(), sight)
    boots.push(...page.boots)
    before = page.next ?? undefined
  } while (before !== undefined && boots.length < limit)
  if (json) process.stdout.write(`${JSON.stringify({ boots, next: before ?? null }, undefined, 2)}\n`)
  else if (boots.length === 0) process.stdout.write('No boots.\n')
  else process.stdout.write(boots.map((boot) => describeBoot(process.stdout, boot, { steps })).join('\n'))
}

/** The last boots, oldest first, and then whatever goes on, until told to stop. */
async function follow(
  events: BootEventReader,
  query: BootQuery,
  { json, limit, steps }: BootsOptions,
  sight: Sight,
  log: Logger,
): Promise<void> {
  const show = (boot: Boot) =>
    process.stdout.write(json ? `${JSON.stringify(boot)}\n` : `${describeBoot(process.stdout, boot, { steps })}\n`)
  let isStopped = false
  const stop = untilToldToStop(log).then(() => {
    isStopped = true
  })
  const known = await events.events({}, eventsBefore)
  const window = new BootWindow({ sight })
  const isWanted = (boot: Boot, macs: ReadonlySet<string | null>) =>
    (query.node_uuid === undefined || boot.node_uuid === query.node_uuid) &&
    (query.mac === undefined || macs.has(query.mac)) &&
    (query.client === undefined || boot.client === query.client) &&
    (query.verdict === undefined || boot.verdict === query.verdict) &&
    (query.since === undefined || boot.begun_at >= query.since)
  window.take(known, Date.now())
  const first = window.boots().filter(({ boot, events }) => isWanted(boot, macsOf(events)))
  for (const { boot } of first.slice(0, limit).reverse()) show(boot)
  const tail = new EventTail(events, known, Date.now())
  let away = false
  while (!isStopped) {
    await Promise.race([pause(pollMilliseconds, undefined, { ref: true }), stop])
    if (isStopped) return
    const fresh = await tail.read(Date.now()).catch((error: unknown) => {
      if (!isUnavailable(error)) throw error
      if (!away) log.warn({ reason: error.message }, 'boot events can not be read for now: trying again')
      return undefined
    })
    away = fresh === undefined
    for (const { boot, events } of window.take(fresh ?? [], Date.now())) if (isWanted(boot, macsOf(events))) show(boot)
  }
}

const isUnavailable = (error: unknown): error is BootringError =>
  error instanceof BootringError && error.code === 'DatabaseUnavailable'

const macsOf = (events: readonly { mac: string | null }[]) => new Set(events.map(({ mac }) => mac))

function parseLimit(text: string): number {
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > mostBoots)
    throw new InvalidArgumentError(`Expected 1 to ${mostBoots}.`)
  return limit
}
