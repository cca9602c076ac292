import { connect } from 'node:net'

/** An answer of the API as it came over the wire. */
export interface WireResponse {
  statusLine: string
  status: number
  /** In the order and spelling of the wire. */
  headers: [name: string, value: string][]
  body: string
}

/** Sends bytes to a server as they are, and resolves with all that comes back until it closes the connection. */
export function exchange(address: { host: string; port: number }, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(address.port, address.host)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')))
    socket.write(bytes, 'latin1')
  })
}

/** One request on a connection of its own; header fields as `Name: value`. */
export async function ask(
  address: { host: string; port: number },
  requestLine: string,
  ...headers: string[]
): Promise<WireResponse> {
  const lines = [requestLine, 'Host: boot.example', 'Connection: close', ...headers, '', '']
  return parse(await exchange(address, lines.join('\r\n')))
}

/** The first response of what came over a connection. */
export function parse(text: string): WireResponse {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) throw new Error(`no whole header: ${JSON.stringify(text)}`)
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(': ')
    return [line.slice(0, colon), line.slice(colon + 2)]
  })
  return { statusLine, status: Number(statusLine.split(' ')[1]), headers, body: text.slice(end + 4) }
}

export function header(response: WireResponse, name: string): string | undefined {
  return response.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

/** The response without the values of what two answers need not have in common. */
export function withoutIdentity(response: WireResponse, varying = ['Date', 'X-Openstack-Request-Id']): WireResponse {
  return {
    ...response,
    headers: response.headers.map(([name, value]) => [name, varying.includes(name) ? '…' : value]),
  }
}
