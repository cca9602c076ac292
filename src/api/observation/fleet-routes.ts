import type { FastifyInstance } from 'fastify'
import { BootringError } from '../../model/errors.ts'
import { answers, object, ofNode, pathParameters } from '../rest/schemas.ts'
import { askedLimit, askedMac, askedMinutes, limitParameter, mostMinutes } from './asked.ts'
import { KeptAnswer } from './kept-answer.ts'
import { listNodes, type NodeListQuery, nodeNamed, showNodes } from './node-list.ts'
import type { ObservationParts } from './observation.ts'
import { overviewOf } from './overview.ts'
import { ringPicture } from './ring-picture.ts'

const tags = ['bootring']
const array = (description: string) => ({ type: 'array', items: { type: 'object' }, description })
const macParameter = { type: 'string', description: 'MAC of a NIC, separated by ":" or "-".' } as const
/** What firmware asks for first. */
const bootFile = 'boot.ipxe'
/** A list comes in many pages, of one and the same moment. */
const servedKeptMilliseconds = 10_000
/** SQLite walks through large rows in the process that answers machines: 50 ms for 10,000 nodes. */
const countsKeptMilliseconds = 20_000

/** Nodes, conductors and rings, and what a machine would get now. */
export function fleetRoutes(app: FastifyInstance, parts: ObservationParts): void {
  const { events, finder } = parts
  const served = new KeptAnswer(servedKeptMilliseconds, async (minutes: number) => {
    return new Set(await events?.reader.servedNodes(Date.now() - minutes * 60_000))
  })
  const counts = new KeptAnswer(countsKeptMilliseconds, () => finder.counts())

  app.get(
    '/v1/bootring/overview',
    { schema: { tags, summary: 'The fleet at a glance', response: answers(200, object('Counts and conductors.')) } },
    () => overviewOf(parts),
  )

  app.get(
    '/v1/bootring/ring',
    {
      schema: {
        tags,
        summary: 'The rings as a picture',
        response: answers(200, object('Who has which part of the rings.', { rings: array('One for each ring.') })),
      },
    },
    () => ringPicture(parts),
  )

  app.get<{ Querystring: NodeListQuery & { limit?: number } }>(
    '/v1/bootring/nodes',
    {
      schema: {
        tags,
        summary: 'Find nodes',
        querystring: {
          type: 'object',
          properties: {
            q: {
              type: 'string',
              maxLength: 255,
              description: 'Part of a name, or the beginning of a UUID, or of a MAC in any notation.',
            },
            state: { type: 'string', description: 'Provision state.' },
            driver: { type: 'string', description: 'Hardware type.' },
            boot_interface: { type: 'string', description: 'Boot interface.' },
            maintenance: { type: 'boolean', description: 'Those in maintenance, or not in it.' },
            error: { type: 'boolean', description: 'Those with a `last_error`, or without one.' },
            unserved_minutes: {
              type: 'integer',
              description: `Those that were served no script in so many minutes: 1 to ${mostMinutes}.`,
            },
            owner: { type: 'string', description: 'Host name of the conductor that owns them.' },
            limit: limitParameter,
            marker: { type: 'string', format: 'uuid', description: '`next` of the page before.' },
          },
        },
        response: answers(
          200,
          object('A page.', {
            nodes: array('In the order of their creation.'),
            next: { type: ['string', 'null'], description: '`marker` of the next page, where there may be one.' },
          }),
        ),
      },
    },
    ({ query }) => {
      const limit = askedLimit(query.limit)
      if (query.unserved_minutes !== undefined) {
        askedMinutes(query.unserved_minutes, 'unserved_minutes')
        if (events === undefined)
          throw new BootringError('InvalidParameter', 'Boots are not kept: [bootring]boot_events is off.')
      }
      return listNodes(parts, query, limit, (minutes) => served.to(minutes))
    },
  )

  app.get(
    '/v1/bootring/counts',
    {
      schema: {
        tags,
        summary: 'How many nodes have what they are told apart by',
        response: answers(
          200,
          object('Counts.', {
            maintenance: { type: 'integer', description: 'In maintenance.' },
            error: { type: 'integer', description: 'With a `last_error`.' },
            drivers: array('`name` and `nodes` of each hardware type, the most frequent first.'),
            boot_interfaces: array('`name` and `nodes` of each boot interface, the most frequent first.'),
          }),
        ),
      },
    },
    async () => {
      const { bootInterfaces, drivers, maintenance, withError } = await counts.to(undefined)
      return { maintenance, error: withError, drivers, boot_interfaces: bootInterfaces }
    },
  )

  app.get<{ Params: { node: string }; Querystring: { mac?: string } }>(
    '/v1/bootring/nodes/:node',
    {
      schema: {
        tags,
        summary: 'Show a node, and what it gets now',
        params: ofNode,
        querystring: {
          type: 'object',
          properties: { mac: { ...macParameter, description: 'Explain it of this NIC. Default: of the first.' } },
        },
        response: answers(200, object('The node, with `explanation`.')),
      },
    },
    async ({ params, query }) => {
      const node = await nodeNamed(parts, params.node)
      const [shown] = await showNodes(parts, await parts.rings.membership(), [node])
      const mac = query.mac === undefined ? shown?.macs[0] : askedMac(query.mac)
      const explanation = mac === undefined ? null : await parts.explainer.explain({ mac, name: bootFile })
      return { ...shown, explanation }
    },
  )

  app.get<{ Params: { node: string } }>(
    '/v1/bootring/nodes/:node/scripts',
    {
      schema: {
        tags,
        summary: "Show a node's boot files in each state in which it boots",
        params: ofNode,
        response: answers(
          200,
          object('Beside a running Ironic, those of the present state only.', {
            scripts: array('Each with `state`, `name`, and `script` or else `error`.'),
          }),
        ),
      },
    },
    async ({ params }) => {
      const { uuid } = await nodeNamed(parts, params.node)
      return { scripts: (await parts.scriptsOf(uuid)) ?? [] }
    },
  )

  app.get<{ Params: { mac: string }; Querystring: { name?: string } }>(
    '/v1/bootring/explain/:mac',
    {
      schema: {
        tags,
        summary: 'What a machine that asks gets now, and why',
        params: pathParameters({ mac: macParameter.description }),
        querystring: {
          type: 'object',
          properties: { name: { type: 'string', description: `Name of the boot file. Default: ${bootFile}.` } },
        },
        response: answers(200, object('As `bootring explain --json` prints it.')),
      },
    },
    ({ params, query }) => parts.explainer.explain({ mac: params.mac, name: query.name ?? bootFile }),
  )
}
