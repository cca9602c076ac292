import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import { type InterfaceType, interfaceTypes } from '../../model/records.ts'
import { refuseStrangers } from '../rest/asked-fields.ts'
import { resourceLinks } from '../rest/links.ts'
import { requireVersion } from '../rest/microversion.ts'
import { fieldParameters } from '../rest/paging.ts'
import type { Rest, RestRoutes } from '../rest/rest.ts'
import { answers, object, pathParameters } from '../rest/schemas.ts'

type Offer = Awaited<ReturnType<Rest['reader']['offers']>>[number]

const propertiesLinkSince = 14
const typesSince = 30
const fieldsSince = 77
/** Interface types that came after drivers told theirs. */
const interfacesSince: Partial<Record<InterfaceType, number>> = { storage: 33, rescue: 38, bios: 40, firmware: 86 }

const tags = ['drivers']
const ofDriver = pathParameters({ driver: 'Name of the hardware type.' })
const shownDriver = object('A hardware type.', {
  name: { type: 'string' },
  hosts: { type: 'array', items: { type: 'string' }, description: 'Conductors that offer it.' },
  type: { type: 'string', description: 'Always `dynamic`. Since 1.30.' },
  properties: { type: 'array', items: { type: 'object', additionalProperties: true } },
  links: { type: 'array', items: { type: 'object', additionalProperties: true } },
})

/** /v1/drivers: the hardware types that living conductors offer. */
export const driverRoutes: RestRoutes = (app, rest) => {
  type Ident = { Params: { driver: string } }

  app.get<{ Querystring: { type?: string; detail?: boolean; fields?: string[] } }>(
    '/v1/drivers',
    {
      schema: {
        tags,
        summary: 'List hardware types',
        querystring: {
          type: 'object',
          properties: {
            type: { type: 'string', description: 'dynamic; or classic, of which there are none.' },
            ...fieldParameters,
          },
        },
        response: answers(200, object('All of them.', { drivers: { type: 'array', items: shownDriver } })),
      },
    },
    async (request) => {
      const { detail, fields, type } = request.query
      if (fields !== undefined && detail)
        throw new BootringError('InvalidParameter', 'Can not specify ?detail=True and fields in the same request.')
      if (detail || type !== undefined) requireVersion(request.microversion, typesSince)
      if (fields !== undefined) requireVersion(request.microversion, fieldsSince)
      if (type !== undefined && type !== 'classic' && type !== 'dynamic')
        throw new BootringError(
          'InvalidParameter',
          '"type" filter must be one of "classic" or "dynamic", if specified.',
        )
      const offers = type === 'classic' ? [] : await allOffers(rest)
      const names = [...new Set(offers.map(({ hardwareType }) => hardwareType))].sort()
      const root = rest.rootUrl(request)
      return {
        drivers: names.map((name) => picked(shown(root, name, offers, request.microversion, detail === true), fields)),
      }
    },
  )

  app.get<Ident & { Querystring: { fields?: string[] } }>(
    '/v1/drivers/:driver',
    {
      schema: {
        tags,
        summary: 'Show a hardware type',
        params: ofDriver,
        querystring: { type: 'object', properties: { fields: fieldParameters.fields } },
        response: answers(200, shownDriver),
      },
    },
    async (request) => {
      const { fields } = request.query
      if (fields !== undefined) requireVersion(request.microversion, fieldsSince)
      const name = request.params.driver
      const offers = await offersOf(rest, name)
      return picked(shown(rest.rootUrl(request), name, offers, request.microversion, true), fields)
    },
  )

  app.get<Ident>(
    '/v1/drivers/:driver/properties',
    {
      schema: {
        tags,
        summary: 'Name what goes into driver_info',
        params: ofDriver,
        response: answers(200, object('What each property is for, by name.')),
      },
    },
    async (request) => {
      const driver_name = request.params.driver
      const hosts = hostsOf(await offersOf(rest, driver_name))
      const params = { driver_name }
      const { properties } = await rest.conductors.callFirst(hosts, 'get_driver_properties', params, request.id)
      return properties
    },
  )

  app.get<Ident>(
    '/v1/drivers/:driver/vendor_passthru/methods',
    {
      schema: {
        tags,
        summary: "Name a hardware type's own methods",
        params: ofDriver,
        response: answers(200, object('Nothing: none has any.')),
      },
    },
    async (request) => {
      await offersOf(rest, request.params.driver)
      return {}
    },
  )

  app.get<Ident>(
    '/v1/drivers/:driver/raid/logical_disk_properties',
    {
      config: { since: 12 },
      schema: {
        tags,
        summary: 'Name what a RAID can be made with',
        params: ofDriver,
        response: answers(200, object('')),
      },
    },
    async (request) => {
      const name = request.params.driver
      await offersOf(rest, name)
      throw new BootringError('NotFound', `Driver ${name} does not support raid (disabled or not implemented).`)
    },
  )
}

const allOffers = (rest: Rest) => rest.reader.offers(rest.options.heartbeatTimeoutSeconds)

/** Throws `DriverNotFound`. */
async function offersOf(rest: Rest, name: string): Promise<Offer[]> {
  const offers = (await allOffers(rest)).filter(({ hardwareType }) => hardwareType === name)
  if (offers.length === 0)
    throw new BootringError('DriverNotFound', `Could not find the following driver(s) or hardware type(s): ${name}.`)
  return offers
}

const hostsOf = (offers: readonly Offer[]) => [...new Set(offers.map(({ hostname }) => hostname))].sort()

function shown(root: string, name: string, all: readonly Offer[], microversion: number, detail: boolean): JsonObject {
  const offers = all.filter(({ hardwareType }) => hardwareType === name)
  const path = `drivers/${name}`
  return {
    name,
    hosts: hostsOf(offers),
    links: resourceLinks(root, path),
    ...(microversion >= propertiesLinkSince && { properties: resourceLinks(root, `${path}/properties`) }),
    ...(microversion >= typesSince && { type: 'dynamic', ...(detail && shownInterfaces(offers, microversion)) }),
  }
}

/** Defaults and what is enabled, by interface type. */
function shownInterfaces(offers: readonly Offer[], microversion: number): JsonObject {
  const shown: JsonObject = {}
  for (const type of interfaceTypes) {
    if (microversion < (interfacesSince[type] ?? typesSince)) continue
    const ofType = offers.filter(({ interfaceType }) => interfaceType === type)
    shown[`default_${type}_interface`] = ofType.find(({ isDefault }) => isDefault)?.interfaceName ?? null
    shown[`enabled_${type}_interfaces`] = [...new Set(ofType.map(({ interfaceName }) => interfaceName))].sort()
  }
  return shown
}

/** Throws `InvalidParameter` for fields that there are not. */
function picked(driver: JsonObject, names: readonly string[] | undefined): JsonObject {
  if (names === undefined) return driver
  refuseStrangers(names, driver)
  return Object.fromEntries(Object.entries(driver).filter(([name]) => names.includes(name) || name === 'links'))
}
