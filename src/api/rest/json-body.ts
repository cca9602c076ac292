import type { FastifyInstance } from 'fastify'
import { BootringError } from '../../model/errors.ts'
import { isJsonObject } from '../../resources/json-value.ts'

/** Deeper values would overflow the stack of whoever walks them. */
const maxDepth = 64

/**
 * Takes JSON and nothing else. What says no type is taken for JSON, as Ironic does; clients say `application/json` also
 * where they send nothing.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body.trim() === '') done(null, undefined)
    else void parse(request, body, done)
  })
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body: string, done) => {
    const { 'content-type': type } = request.headers
    if (body.trim() === '') done(null, undefined)
    else if (type === undefined) void parse(request, body, done)
    else done(Object.assign(new Error('Bodies must be application/json.'), { statusCode: 415 }))
  })
  app.addHook('preValidation', async ({ body, params, query }) => {
    checkStorable(body)
    checkStorable(params)
    checkStorable(query)
  })
}

/**
 * Text that not every database can hold, and values nested without end, are refused before anybody works with them. Nothing
 * is kept for each value: a body may hold two million of them, and machines that boot wait meanwhile.
 */
function checkStorable(value: unknown, depth = 0): void {
  if (typeof value === 'string') checkText(value)
  if (typeof value !== 'object' || value === null) return
  if (depth >= maxDepth) throw new BootringError('InvalidParameter', `Values may be nested ${maxDepth} deep at most`)
  if (Array.isArray(value)) for (const item of value) checkStorable(item, depth + 1)
  else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      checkText(key)
      checkStorable(value[key], depth + 1)
    }
  }
}

function checkText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed())
    throw new BootringError('InvalidParameter', 'Text may hold neither NUL characters nor halves of surrogate pairs')
}
