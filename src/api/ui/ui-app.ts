import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { type RestAccess, refusal } from '../rest/access.ts'
import { plainPage } from './plain-page.ts'
import type { UiFile } from './ui-files.ts'

export interface UiParts {
  /** The same as that of the REST API, which the pages ask. */
  readonly access: RestAccess
  /** By their paths below /ui/; undefined where the dashboard was not built. */
  readonly files: ReadonlyMap<string, UiFile> | undefined
}

const headers = {
  // Whatever a node is called or a script says, no page runs anything but our own files.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

const titles = { 401: 'Please sign in', 403: 'The dashboard is closed', 503: 'Please try again in a moment' }

/** The dashboard below /ui: files, nothing else. What it shows it asks of the REST API. */
export function uiApp({ access, files }: UiParts): FastifyPluginAsync {
  return async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.headers({ ...headers, 'Cache-Control': 'no-store' })
      const refused = await refusal(access, request)
      if (refused === undefined) return
      reply.code(refused.status).headers(refused.headers ?? {})
      await sendPage(reply, titles[refused.status], refused.text)
    })
    app.get('/ui', async (request, reply) => {
      // Names in the page are relative to its folder. So is this one, whatever a proxy calls us.
      if (!/^[^?]*\/(?:\?|$)/.test(request.url)) return await reply.code(308).header('Location', 'ui/').send()
      const page = files?.get('index.html')
      if (page !== undefined) return await sendFile(request, reply, page)
      return await sendPage(
        reply.code(503),
        'The dashboard was not built',
        'Run "make setup" in the checkout, then restart bootring. Everything else works without it.',
      )
    })
    for (const [path, file] of files ?? []) {
      app.get(`/ui/${path}`, async (request, reply) => await sendFile(request, reply, file))
    }
  }
}

function sendPage(reply: FastifyReply, title: string, text: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(plainPage(title, text))
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: UiFile): FastifyReply {
  reply.headers({
    ETag: file.etag,
    // Behind a password nobody else is to keep it.
    'Cache-Control': file.hashed ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    Vary: 'Accept-Encoding',
  })
  if (request.headers['if-none-match']?.includes(file.etag)) return reply.code(304).send()
  const gzipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') ? file.gzipped() : undefined
  if (gzipped !== undefined) reply.header('Content-Encoding', 'gzip')
  return reply.type(file.contentType).send(gzipped ?? file.content)
}
