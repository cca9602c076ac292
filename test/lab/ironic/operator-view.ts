/** What an operator is shown below /v1/bootring, and the dashboard, by one API. */
export class OperatorView {
  readonly #base: string
  readonly #authorization: string

  constructor({ host, port }: { host: string; port: number }, user: string, password: string) {
    this.#base = `http://${host}:${port}`
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }

  /** The JSON below /v1/bootring/. Throws on all but 200. */
  // biome-ignore lint/suspicious/noExplicitAny: each path has its own, which the test looks at.
  async show(path: string): Promise<any> {
    const answer = await this.page(`/v1/bootring/${path}`)
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return await answer.json()
  }

  async page(path: string): Promise<Response> {
    return await fetch(`${this.#base}${path}`, { headers: { Authorization: this.#authorization } })
  }

  async withoutPassword(path: string): Promise<Response> {
    return await fetch(`${this.#base}${path}`)
  }
}
