import type { ListedNode } from '../../model/management-stores.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NodeRecord } from '../../model/records.ts'
import { shownNode } from '../../resources/shown.ts'
import { resourceLinks } from './links.ts'
import { ringKey } from './node-conductors.ts'
import type { Rest } from './rest.ts'

interface Asked {
  readonly host: string
  readonly microversion: number
}

/** What belongs to a node, and since when it is linked to. */
const children: readonly [name: string, since: number][] = [
  ['ports', 1],
  ['states', 14],
  ['portgroups', 24],
]

/**
 * Nodes as a client sees them: with the fields that are named, or with all and with links to what belongs to them. What
 * costs a question to database or ring is only asked for where it is shown.
 */
export async function shownNodes(
  rest: Rest,
  request: Asked,
  nodes: readonly ListedNode[],
  fields?: readonly string[],
): Promise<JsonObject[]> {
  const { microversion } = request
  const root = rest.rootUrl(request)
  const traits = wants(fields, 'traits') ? await rest.reader.traits(nodes.map(({ id }) => id)) : undefined
  return await Promise.all(
    nodes.map(async (node) => {
      const extras = {
        traits: traits?.get(node.id) ?? [],
        conductor: wants(fields, 'conductor') ? ((await rest.rings.owner(ringKey(node))) ?? null) : null,
      }
      const path = `nodes/${node.uuid}`
      const linked = fields === undefined ? children.filter(([, since]) => microversion >= since) : []
      return {
        ...shownNode(node, extras, microversion, fields),
        links: resourceLinks(root, path),
        ...Object.fromEntries(linked.map(([name]) => [name, resourceLinks(root, `${path}/${name}`)])),
      }
    }),
  )
}

/** The same of one. */
export async function shownOne(
  rest: Rest,
  request: Asked,
  node: NodeRecord,
  fields?: readonly string[],
): Promise<JsonObject> {
  const [shown = {}] = await shownNodes(rest, request, [node], fields)
  return shown
}

const wants = (fields: readonly string[] | undefined, name: string) => fields === undefined || fields.includes(name)
