import type { FastifyInstance } from 'fastify'
import { BootringError } from '../../model/errors.ts'

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
    else parse(request, body, done)
  })
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body: string, done) => {
    const { 'content-type': type } = request.headers
    if (body.trim() === '') done(null, undefined)
    else if (type === undefined) parse(request, body, done)
    else done(Object.assign(new Error('Bodies must be application/json.'), { statusCode: 415 }))
  })
  app.addHook('preValidation', async ({ body, params, query }) => {
    checkStorable(body)
    checkStorable(params)
    checkStorable(query)
  })
}

/** Text that not every database can hold, and values nested without end, are refused before anybody works with them. */
export function checkStorable(value: unknown): void {
  const rest: [value: unknown, depth: number][] = [[value, 0]]
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [current, depth] = next
    if (typeof current === 'string') checkText(current)
    if (typeof current !== 'object' || current === null) continue
    if (depth >= maxDepth) throw new BootringError('InvalidParameter', `Values may be nested ${maxDepth} deep at most`)
    for (const [key, inner] of Object.entries(current)) {
      checkText(key)
      rest.push([inner, depth + 1])
    }
  }
}

function checkText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed())
    throw new BootringError('InvalidParameter', 'Text may hold neither NUL characters nor halves of surrogate pairs')
}
