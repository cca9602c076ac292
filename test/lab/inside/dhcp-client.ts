import { execFileSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'

/*
 * Asks a DHCP server as a machine would: DISCOVER or SOLICIT, and what was offered. Questions are JSON in the first argument, a list;
 * answers are JSON on standard output, in the same order; null where nobody answered in time.
 */

export interface DhcpQuestion {
  family: 4 | 6
  mac: string
  /** Client architecture. */
  arch?: number
  /** e.g. HTTPClient:Arch:00016:UNDI:003001 */
  vendorClass?: string
  userClass?: string
  /** iPXE's own options. */
  ipxe?: true
  /** Where it asks. Default: eth0. */
  interface?: string
  /** How long to ask. Default: 20. */
  seconds?: number
}

/** Options as hexadecimal text, by number. */
export interface DhcpAnswer {
  address: string
  /** IPv4: the fields for next server and boot file. */
  nextServer: string
  file: string
  options: Record<string, string>
}

async function ask(question: DhcpQuestion): Promise<DhcpAnswer | null> {
  const socket = createSocket({ type: question.family === 4 ? 'udp4' : 'udp6', reuseAddr: true })
  const id = Math.floor(Math.random() * 0xffffff)
  try {
    const found = new Promise<DhcpAnswer>((resolve) => {
      socket.on('message', (packet) => {
        const answer = question.family === 4 ? parse4(packet, id) : parse6(packet, id)
        if (answer) resolve(answer)
      })
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(question.family === 6 ? 546 : 68, () => resolve())
    })
    if (question.family === 4) {
      const name = question.interface ?? 'eth0'
      // Limited broadcasts go where a route says so, and come from everywhere.
      execFileSync('ip', ['route', 'replace', '255.255.255.255', 'dev', name])
      execFileSync('iptables', ['-F', 'INPUT'])
      execFileSync('iptables', ['-A', 'INPUT', '!', '-i', name, '-p', 'udp', '--dport', '68', '-j', 'DROP'])
      socket.setBroadcast(true)
    }
    const deadline = performance.now() + 1000 * (question.seconds ?? 20)
    while (performance.now() < deadline) {
      send(socket, question, id)
      const answer = await Promise.race([found, sleep(1000, null)])
      if (answer) return answer
    }
    return null
  } finally {
    socket.close()
  }
}

function send(socket: Socket, question: DhcpQuestion, id: number): void {
  if (question.family === 4) socket.send(discover(question, id), 67, '255.255.255.255')
  else socket.send(solicit(question, id), 547, `ff02::1:2%${question.interface ?? 'eth0'}`)
}

const macBytes = (mac: string) => Buffer.from(mac.replaceAll(':', ''), 'hex')

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function discover({ arch, ipxe, mac, userClass, vendorClass }: DhcpQuestion, id: number): Buffer {
  const head = Buffer.alloc(240)
  head.set([1, 1, 6])
  head.writeUInt32BE(id, 4)
  head.writeUInt16BE(0x8000, 10)
  head.set(macBytes(mac), 28)
  head.set([0x63, 0x82, 0x53, 0x63], 236)
  const option = (code: number, value: Buffer) => Buffer.concat([Buffer.from([code, value.length]), value])
  const options = [option(53, Buffer.from([1])), option(55, Buffer.from([1, 3, 6, 12, 15, 43, 60, 66, 67, 175]))]
  if (arch !== undefined) options.push(option(93, uint16(arch)), option(94, Buffer.from([1, 3, 16])))
  if (vendorClass !== undefined) options.push(option(60, Buffer.from(vendorClass)))
  if (userClass !== undefined) options.push(option(77, Buffer.from(userClass)))
  if (ipxe) options.push(option(175, Buffer.from([0x13, 1, 1])))
  return Buffer.concat([head, ...options, Buffer.from([255]), Buffer.alloc(32)])
}

function parse4(packet: Buffer, id: number): DhcpAnswer | undefined {
  if (packet[0] !== 2 || packet.readUInt32BE(4) !== id) return undefined
  const options: Record<string, string> = {}
  for (let at = 240; at < packet.length && packet[at] !== 255; ) {
    const length = packet[at + 1] ?? 0
    options[String(packet[at])] = packet.subarray(at + 2, at + 2 + length).toString('hex')
    at += 2 + length
  }
  const address = (at: number) => [...packet.subarray(at, at + 4)].join('.')
  const file = packet.subarray(108, 236).toString('latin1')
  return { address: address(16), nextServer: address(20), file: file.slice(0, file.indexOf('\0')), options }
}

function solicit({ arch, mac, userClass, vendorClass }: DhcpQuestion, id: number): Buffer {
  const option = (code: number, ...values: Buffer[]) => {
    const value = Buffer.concat(values)
    return Buffer.concat([uint16(code), uint16(value.length), value])
  }
  const head = Buffer.alloc(4)
  head.writeUInt32BE(id)
  head[0] = 1
  const options = [
    // DUID-LL: the server learns the MAC from it.
    option(1, uint16(3), uint16(1), macBytes(mac)),
    option(3, Buffer.from('00000001', 'hex'), Buffer.alloc(8)),
    option(6, uint16(59), uint16(60), uint16(23), uint16(16)),
    option(8, uint16(0)),
  ]
  if (arch !== undefined) options.push(option(61, uint16(arch)))
  if (userClass !== undefined) options.push(option(15, uint16(userClass.length), Buffer.from(userClass)))
  if (vendorClass !== undefined)
    options.push(option(16, Buffer.from('00000157', 'hex'), uint16(vendorClass.length), Buffer.from(vendorClass)))
  return Buffer.concat([head, ...options])
}

function parse6(packet: Buffer, id: number): DhcpAnswer | undefined {
  if (packet[0] !== 2 || (packet.readUInt32BE(0) & 0xffffff) !== id) return undefined
  const options: Record<string, string> = {}
  for (let at = 4; at + 4 <= packet.length; at += 4 + packet.readUInt16BE(at + 2))
    options[packet.readUInt16BE(at)] = packet.subarray(at + 4, at + 4 + packet.readUInt16BE(at + 2)).toString('hex')
  // The address follows IAID, two times, and the header of its own option.
  const address = options[3]?.slice(32, 64) ?? ''
  return { address: (address.match(/.{4}/g) ?? []).join(':'), nextServer: '', file: '', options }
}

const questions = JSON.parse(process.argv[2] ?? '[]') as DhcpQuestion[]
const answers: (DhcpAnswer | null)[] = []
for (const question of questions) answers.push(await ask(question))
process.stdout.write(JSON.stringify(answers))
