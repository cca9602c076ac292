import type { FastifyInstance } from 'fastify'
import { readBoots } from '../../events/timeline/read-boots.ts'
import { type BootEventKind, type BootMinute, bootEventKinds } from '../../model/boot-events.ts'
import { type BootVerdict, bootVerdicts } from '../../model/boots.ts'
import { BootringError } from '../../model/errors.ts'
import { leavePlace } from '../firmware-first.ts'
import { answers, object } from '../rest/schemas.ts'
import {
  askedLimit,
  askedMachine,
  askedMinutes,
  limitParameter,
  type MachineQuery,
  machineParameters,
  mostMinutes,
} from './asked.ts'
import type { ObservationParts } from './observation.ts'

const tags = ['bootring']
const millisecondsAMinute = 60_000
const array = (description: string) => ({ type: 'array', items: { type: 'object' }, description })
const next = { type: ['integer', 'null'], description: 'For the next page, where there may be one.' }

interface BootsQuery extends MachineQuery {
  verdict?: BootVerdict
  before?: number
  limit?: number
}

interface EventsQuery extends MachineQuery {
  kind?: BootEventKind
  before?: number
  after?: number
  limit?: number
}

/** Boots, the events that they are made of, and their figures. Without events all of them are empty. */
export function bootRoutes(app: FastifyInstance, parts: ObservationParts): void {
  const { events } = parts

  app.get<{ Querystring: BootsQuery }>(
    '/v1/bootring/boots',
    {
      schema: {
        tags,
        summary: 'List boots',
        querystring: {
          type: 'object',
          properties: {
            ...machineParameters,
            verdict: { type: 'string', enum: bootVerdicts, description: 'What became of them.' },
            before: { type: 'integer', description: '`next` of the page before.' },
            limit: limitParameter,
          },
        },
        response: answers(200, object('A page.', { boots: array('Newest first.'), next })),
      },
    },
    async ({ query }) => {
      const { before, verdict } = query
      const limit = askedLimit(query.limit)
      const machine = await askedMachine(parts, query)
      if (events === undefined) return { boots: [], next: null }
      return await readBoots(events.reader, { ...machine, before, verdict }, limit, Date.now(), events.sight)
    },
  )

  app.get<{ Querystring: EventsQuery }>(
    '/v1/bootring/events',
    {
      schema: {
        tags,
        summary: 'List events',
        querystring: {
          type: 'object',
          properties: {
            ...machineParameters,
            kind: { type: 'string', enum: bootEventKinds, description: 'What happened.' },
            before: { type: 'integer', description: 'Lower ids: `next` of the page before.' },
            after: { type: 'integer', description: 'Higher ids, oldest first.' },
            limit: limitParameter,
          },
        },
        response: answers(
          200,
          object('A page.', { events: array('Newest first, or with `after` oldest first.'), next }),
        ),
      },
    },
    async ({ query }) => {
      const { after, before, kind } = query
      const limit = askedLimit(query.limit)
      const machine = await askedMachine(parts, query)
      if (events === undefined) return { events: [], next: null }
      const found = await events.reader.events(
        {
          ...machine,
          ...(kind !== undefined && { kinds: [kind] }),
          ...(before !== undefined && { before }),
          ...(after !== undefined && { after }),
        },
        limit,
      )
      return { events: found, next: found.length < limit ? null : (found.at(-1)?.id ?? null) }
    },
  )

  app.get<{ Querystring: { after?: number } }>(
    '/v1/bootring/live',
    {
      // Its answer would have no end either.
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: 'Boots as they go on',
        querystring: {
          type: 'object',
          properties: {
            after: {
              type: 'integer',
              description: 'First those that have gone on since this event. Default: Last-Event-ID.',
            },
          },
        },
        response: {
          200: {
            description: 'Server-sent events `boot`, each with a boot as it stands and the id of the last event.',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
        },
      },
    },
    async (request, reply) => {
      const last = request.headers['last-event-id']
      const after = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : request.query.after
      if (events === undefined) throw new BootringError('NotFound', 'Events are off: [bootring]boot_events.')
      await events.live.listen(reply.raw, after)
      leavePlace(reply.raw)
      return reply.hijack()
    },
  )

  app.get<{ Querystring: { minutes?: number } }>(
    '/v1/bootring/figures',
    {
      schema: {
        tags,
        summary: 'Boot requests of each minute',
        querystring: {
          type: 'object',
          properties: {
            minutes: { type: 'integer', description: `How many minutes: 1 to ${mostMinutes}, by default 60.` },
          },
        },
        response: answers(200, object('Figures.', { minutes: array('Oldest first; the last one goes on.') })),
      },
    },
    async ({ query }) => {
      const minutes = askedMinutes(query.minutes ?? 60)
      const last = Math.floor(Date.now() / millisecondsAMinute) * millisecondsAMinute
      const first = last - (minutes - 1) * millisecondsAMinute
      const known = new Map((await events?.reader.minutes(first))?.map((minute) => [minute.at, minute]))
      const all = Array.from({ length: minutes }, (_, index) => first + index * millisecondsAMinute)
      return { minutes: all.map((at) => known.get(at) ?? quietMinute(at)) }
    },
  )
}

function quietMinute(at: number): BootMinute {
  return { at, served: 0, refused: 0, unavailable: 0, p50_milliseconds: null, p99_milliseconds: null, reasons: {} }
}
