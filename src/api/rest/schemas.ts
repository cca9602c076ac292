/*
 * Pieces of the routes' schemas. They check requests, and the OpenAPI description is made of them; answers are never cut
 * down to them.
 */

type Schema = Readonly<Record<string, unknown>>

/** Path parameters, by name. */
export const pathParameters = (names: Readonly<Record<string, string>>): Schema => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(names).map(([name, description]) => [
      name,
      { type: 'string', minLength: 1, maxLength: 255, description },
    ]),
  ),
  required: Object.keys(names),
})

export const ofNode = pathParameters({ node: 'UUID or name of the node.' })
export const ofPortgroup = pathParameters({ portgroup: 'UUID or name of the portgroup.' })

/** A body that is an object with these members and no other. */
export const bodyOf = (properties: Schema, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

/** The same where nothing has to be sent. */
export const optionalBodyOf = (properties: Schema): Schema => ({ ...bodyOf(properties), type: ['object', 'null'] })

/** What an answer holds is told by its description and in docs/reference/rest.md. */
export const object = (description: string, properties: Schema = {}): Schema => ({
  type: 'object',
  properties,
  additionalProperties: true,
  description,
})

/** Answers that many routes give; the description has them once. */
export const shared = (name: 'Fault' | 'Node' | 'Port' | 'Portgroup'): Schema => ({ $ref: `${name}#` })

/** A list as Ironic gives it, with the link to its next page. */
export const listOf = (name: string, items: Schema): Schema =>
  object('A page of the list.', {
    [name]: { type: 'array', items },
    next: { type: 'string', description: 'The next page, where there may be one.' },
  })

/** An error as Ironic's clients read it: JSON inside JSON. */
export const faultSchema = {
  type: 'object',
  description: 'An error in the shape that Ironic has.',
  properties: { error_message: { type: 'string', description: 'JSON with faultstring, faultcode and debuginfo.' } },
}

/** An answer without a body. */
const nothing = { type: 'null', description: 'No body.' }

/** All answers of a route: the good one, and errors. */
export const answers = (status: 200 | 201 | 202 | 204, schema: Schema = nothing): Schema => ({
  [status]: schema,
  default: shared('Fault'),
})
