/*
 * http-client.ts QUESTION: one HTTP request, made where this runs; prints the answer as JSON. QUESTION is the JSON of an
 * HttpQuestion (host.ts). With `untilStatus` it asks again until that status comes.
 */
import { readFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpAnswer, HttpQuestion } from '../host.ts'

const question = JSON.parse(process.argv[2] ?? '{}') as HttpQuestion

async function ask(): Promise<HttpAnswer> {
  const send = question.url.startsWith('https:') ? httpsRequest : httpRequest
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const ca = question.caFile === undefined ? {} : { ca: readFileSync(question.caFile) }
    send(question.url, { method: question.method ?? 'GET', timeout: 15_000, agent: false, ...ca }, resolve)
      .on('timeout', function (this: { destroy(error: Error): void }) {
        this.destroy(new Error('no answer for 15 s'))
      })
      .on('error', reject)
      .end()
  })
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))
  return { status: answer.statusCode ?? 0, headers, body: await text(answer) }
}

async function askUntil(status: number): Promise<HttpAnswer> {
  const deadline = Date.now() + (question.seconds ?? 20) * 1000
  for (;;) {
    const answer = await ask().catch((error: Error) => error)
    if (!(answer instanceof Error) && answer.status === status) return answer
    if (Date.now() > deadline) {
      throw new Error(
        `${question.url} did not answer ${status}; last: ${answer instanceof Error ? answer.message : JSON.stringify(answer)}`,
      )
    }
    await sleep(100)
  }
}

const answer = await (question.untilStatus === undefined ? ask() : askUntil(question.untilStatus))
process.stdout.write(JSON.stringify(answer))
