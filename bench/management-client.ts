import { Pool } from 'undici'
import type { JsonObject } from '../src/model/node.ts'

/** Metal3's floor; all that is measured here is the same in newer ones. */
const microversion = '1.89'
const answerTimeoutMilliseconds = 120_000

/** One REST client with as many kept connections as it may make requests at once. */
export class ManagementClient {
  readonly #pool: Pool

  constructor(url: string, connections: number) {
    const headersTimeout = answerTimeoutMilliseconds
    this.#pool = new Pool(url, { connections, pipelining: 1, headersTimeout, bodyTimeout: headersTimeout })
  }

  /** The body of an answer, as text. Throws on any status but 2xx: a round with one of these measures something else. */
  async ask(method: 'GET' | 'POST' | 'PATCH', path: string, body?: JsonObject | JsonObject[]): Promise<string> {
    const { body: answer, statusCode } = await this.#pool.request({
      method,
      path,
      headers: {
        'x-openstack-ironic-api-version': microversion,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (statusCode < 200 || statusCode > 299) {
      throw new Error(`${method} ${path} was answered ${statusCode}: ${text.slice(0, 500)}`)
    }
    return text
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}
