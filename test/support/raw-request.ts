import { connect } from 'node:net'

/** An answer, byte for byte as it came. */
export interface RawAnswer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
}

/** Sends these very bytes on a connection of their own and reads until the server ends it. */
export function rawExchange(address: { host: string; port: number }, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(address, () => socket.write(bytes))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
  })
}

/** One request with any target, even one that no HTTP client would send. */
export async function rawRequest(
  address: { host: string; port: number },
  method: string,
  target: string,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const lines = Object.entries({ Host: 'test', Connection: 'close', ...headers }).map((pair) => pair.join(': '))
  return parseAnswer(await rawExchange(address, `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`))
}

export function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return { status: Number(statusLine.split(' ')[1]), headers, body: text.slice(end + 4) }
}
