/*
 * scripted-server.ts ADDRESS PORT: a ScriptedServer (../../support/scripted-server.ts). It prints one line of JSON for
 * each request, and takes one line of JSON on standard input: `{ "PATH": [answers…] }`, which forgets those before.
 */
import { createInterface } from 'node:readline'
import { type ScriptedAnswer, ScriptedServer } from '../../support/scripted-server.ts'

const [address = '', port] = process.argv.slice(2)
const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

const server = new ScriptedServer()
server.onRequest = print
createInterface({ input: process.stdin }).on('line', (line) => {
  server.reset()
  const answers = JSON.parse(line) as Record<string, ScriptedAnswer[]>
  for (const [path, list] of Object.entries(answers)) server.answer(path, ...list)
  print('ready')
})
await server.listen(Number(port), address)
print('listening')
