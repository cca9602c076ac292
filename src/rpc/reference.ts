import { errorKinds } from '../model/errors.ts'
import { basicChallenge } from './basic-auth.ts'
import { methods, rpcVersion } from './contract.ts'
import { protocolErrors, unexpectedError } from './json-rpc-error.ts'

interface PropertySchema {
  type: string
  maxLength?: number
  minimum?: number
  maximum?: number
  description?: string
  /** Of an object. */
  properties?: Record<string, PropertySchema>
  /** Of an array. */
  items?: PropertySchema
}

/** The page docs/reference/rpc.md, in Markdown; made from the contract. */
export function rpcReference(): string {
  return [
    introduction,
    ...Object.keys(methods).map((name) => methodSection(name as keyof typeof methods)),
    errors,
  ].join('\n')
}

const introduction = `# JSON-RPC of a conductor

<!-- Made by \`node tools/reference.ts\`. Edit src/rpc/contract.ts and src/rpc/reference.ts instead. -->

API instances call conductors in Ironic's dialect of [JSON-RPC 2.0](https://www.jsonrpc.org/specification), over HTTP or HTTPS:
\`POST\` to any path at \`[json_rpc]host_ip\` and \`port\`.

- Parameters are named. \`context\`, an object (it may be empty), goes with every call; \`context.request_id\` follows the call
  through the logs. \`rpc.version\` may be there, see [versions](#versions). Anything else is refused.
- \`id\` is a string or a number. A call without one is a notification: it is carried out and answered \`204 No Content\`.
- There are no batches.
- Answers, errors included, are \`200 OK\` with a JSON body. Other statuses: 401, 405 for all methods but \`POST\`, 408 for a
  request that does not come in time, 413 for a body of more than 8 MiB, 503 with \`Retry-After\` when too many passwords are being
  checked. Their body is \`{"error": {"code": 405, "message": "…"}}\`.
- With \`[json_rpc]auth_strategy = http_basic\` callers send the user and password of a bcrypt htpasswd file; without them
  the answer is 401 with \`WWW-Authenticate: ${basicChallenge}\`.

A call and its answer:

    {"jsonrpc": "2.0", "method": "get_boot_config", "id": "req-1",
     "params": {"context": {"request_id": "req-1"}, "rpc.version": "${methods.get_boot_config.since}",
                "node_id": "1be26c0b-03f2-4d2e-ae87-c02d7f33c123", "name": "boot.ipxe"}}
    {"jsonrpc": "2.0", "result": "#!ipxe\\n…", "id": "req-1"}

## Versions

A caller says in \`rpc.version\` the lowest version that its call needs, without one 1.0. Conductors of this release answer version
${rpcVersion}: all calls of the same major version with no higher minor one. Others get error ${protocolErrors.UnsupportedVersion.code}, and bootring's API then asks the next conductor.

- A new method, or a new optional parameter of an old one, has the next minor version. A parameter is only sent to conductors
  that know it: where one answers ${protocolErrors.UnsupportedVersion.code} (release 0.1: ${protocolErrors.InvalidParams.code}), the call can be made again without it.
- Results may have new members at any time. Callers pass over those that they do not know.
- Minor versions up to 100 are Ironic's: its callers are answered whatever they say.
`

function methodSection(name: keyof typeof methods): string {
  const { description, params, repeatable, result, since } = methods[name]
  const required: readonly string[] = params.required
  const rows = Object.entries<PropertySchema>(params.properties).map(([param, schema]) => {
    const presence = required.includes(param) ? 'yes' : 'no'
    return `| \`${param}\` | ${describeType(schema)} | ${presence} | ${schema.description ?? ''} |`
  })
  const table = ['| parameter | type | required | meaning |', '|---|---|---|---|', ...rows].join('\n')
  // The compiler's form of a schema is too general to be read.
  const resultSchema = result as PropertySchema
  return `## ${name}

${description} Since version ${since}.${repeatable ? ' It may be called again where no answer came.' : ''}

${table}

Result: ${describeType(resultSchema)}. ${resultSchema.description ?? ''}
${memberTable(resultSchema)}`
}

function memberTable(schema: PropertySchema): string {
  const rows = members(schema).map(
    ([path, member]) => `| \`${path}\` | ${describeType(member)} | ${member.description ?? ''} |\n`,
  )
  return rows.length === 0 ? '' : `\n| member | type | meaning |\n|---|---|---|\n${rows.join('')}`
}

/** All that is in an object, with paths: `files[].name`. */
function members({ properties = {} }: PropertySchema, before = ''): [path: string, PropertySchema][] {
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = `${before}${name}`
    const inner = member.items === undefined ? members(member, `${path}.`) : members(member.items, `${path}[].`)
    return [[path, member], ...inner]
  })
}

function describeType({ maxLength, maximum, minimum, type }: PropertySchema): string {
  if (maxLength !== undefined) return `${type}, at most ${maxLength} characters`
  if (maximum !== undefined) return `${type}, ${minimum ?? 0} to ${maximum}`
  return type
}

const errors = `## Errors

Errors of the protocol carry no \`data\`:

| code | meaning |
|---|---|
${Object.values(protocolErrors)
  .map(({ code, meaning }) => `| ${code} | ${meaning} |`)
  .join('\n')}
| ${unexpectedError.code} | A fault of the conductor; its log holds the cause. |

Expected failures carry the class of the exception in \`data\`:

    {"jsonrpc": "2.0", "id": "req-1",
     "error": {"code": 404, "message": "…", "data": {"class": "ironic.common.exception.NodeNotFound"}}}

| code | \`data.class\` | what to do |
|---|---|---|
${Object.values(errorKinds)
  .map(({ rpcCode, rpcClass, remedy }) => `| ${rpcCode} | \`${rpcClass}\` | ${remedy} |`)
  .join('\n')}
`
