import type { Agent, Dispatcher } from 'undici'

const maxRedirections = 5

interface ImageRequest {
  signal: AbortSignal
  headers: Record<string, string>
  /** How long the server may take to begin its answer. */
  headersTimeout: number
}

/** Asks image servers over kept connections, and follows their redirects. */
export class ImageHttp {
  #opened:
    | Promise<{ agent: Agent; ask(url: string, request: ImageRequest): Promise<Dispatcher.ResponseData> }>
    | undefined

  /** The answer's head; its body has to be read or dumped. Throws what undici throws. */
  async get(url: string, request: ImageRequest): Promise<Dispatcher.ResponseData> {
    this.#opened ??= this.#open()
    const { ask } = await this.#opened
    return await ask(url, request)
  }

  async close(): Promise<void> {
    await (await this.#opened)?.agent.destroy()
  }

  /** undici is loaded with the first image that is not a local file: it takes a good part of a conductor's start. */
  async #open() {
    const { Agent, interceptors, request } = await import('undici')
    // As many connections as fetches: their queue limits those, and knows which of them machines wait for.
    const agent = new Agent({ connect: { timeout: 5_000 }, bodyTimeout: 30_000 })
    const dispatcher = agent.compose(interceptors.redirect({ maxRedirections, throwOnMaxRedirect: true }))
    return { agent, ask: (url: string, options: ImageRequest) => request(url, { ...options, dispatcher }) }
  }
}
