import { Ajv, type ValidateFunction } from 'ajv'
import type { FastifyInstance } from 'fastify'
import { BootringError } from '../../model/errors.ts'
import { type QuerySchema, readQuery } from './query-values.ts'

/**
 * Holds requests against the schemas of their routes. Bodies are taken as they are: nothing is converted, filled in or
 * left out. Queries are text, and become what their schema says.
 */
export function validateBySchemas(app: FastifyInstance): void {
  // The schemas describe answers and formats for readers too, which Ajv need not know.
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false, allowUnionTypes: true })
  app.setValidatorCompiler(({ httpPart, schema }) => {
    if (httpPart === 'querystring') {
      return (query: Record<string, unknown>) => attempt(() => readQuery(schema as unknown as QuerySchema, query))
    }
    // Compiled when the first request comes: all at once would hold up each worker's start.
    let validate: ValidateFunction | undefined
    const what = httpPart === 'body' ? 'the body' : 'the path'
    return (value: unknown) =>
      attempt(() => {
        validate ??= ajv.compile(schema as object)
        if (validate(value)) return value
        const [error] = validate.errors ?? []
        const detail = error?.params.additionalProperty ?? error?.params.allowedValues?.join(', ')
        const where = error?.instancePath === '' ? what : error?.instancePath.slice(1).replaceAll('/', '.')
        throw new BootringError(
          'InvalidParameter',
          `Schema error for ${where}: ${error?.message}${detail === undefined ? '' : `: ${detail}`}`,
        )
      })
  })
  // Answers are whatever the handler makes of them: a schema that had not kept up would drop fields.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
}

function attempt<T>(read: () => T): { value: T } | { error: Error } {
  try {
    return { value: read() }
  } catch (error) {
    return { error: error as Error }
  }
}
