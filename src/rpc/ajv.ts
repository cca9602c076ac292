import { Ajv } from 'ajv'

/** Compiles the JSON schemas of calls and answers. Ajv is what Fastify checks requests with, so it is loaded anyway. */
export const ajv = new Ajv({ strict: true })
