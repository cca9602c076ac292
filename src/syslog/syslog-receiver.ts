import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { BootEventSink } from '../model/boot-events.ts'
import { clientAddress } from '../model/client-address.ts'
import { LogBudget } from '../observe/log-budget.ts'
import type { Logger } from '../observe/logger.ts'
import { type MachinesByAddress, nobody } from './machines-by-address.ts'
import { PacketBudget, type PacketBudgetOptions } from './packet-budget.ts'
import { parseSyslog } from './syslog-line.ts'

/** What became of a datagram: dropped, where its address or all of them sent too much, or nothing could be read. */
export type SyslogResult = 'kept' | 'address' | 'all' | 'strangers' | 'empty'

export interface SyslogOptions {
  host: string
  /** 0: any free one. */
  port: number
  machines: Pick<MachinesByAddress, 'find'>
  events: BootEventSink
  /** Host name of this instance, for the events. */
  server: string
  onLine?: (result: SyslogResult) => void
  budget?: Partial<PacketBudgetOptions>
  logger: Logger
}

export interface SyslogReceiver {
  readonly address: { host: string; port: number }
  close(): Promise<void>
}

/** A machine that boots logs some hundred lines. Anybody can send a datagram, and claim to be anybody. */
const usualBudget: PacketBudgetOptions = {
  perSecond: 2000,
  burst: 5000,
  perSecondOfOne: 50,
  burstOfOne: 1000,
  maxAddresses: 4096,
}
/** Of addresses from which nothing has booted lately. */
const strangers = { perSecond: 10, burst: 100 }
/** What the system keeps while the process is busy. */
const receiveBufferBytes = 1024 * 1024

/**
 * Takes the log lines that iPXE and ramdisks send by UDP, and records each as an event of the machine that has last booted from
 * the address. Never answers. Rejects with the system's error where it can't listen.
 */
export async function startSyslog(options: SyslogOptions): Promise<SyslogReceiver> {
  const { events, host, logger, machines, onLine = () => undefined, port, server } = options
  const budget = new PacketBudget({ ...usualBudget, ...options.budget })
  const unknown = new LogBudget(strangers.perSecond, strangers.burst)
  const failures = new LogBudget(1 / 60, 1)
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: receiveBufferBytes })

  async function take(datagram: Uint8Array, client: string, at: number): Promise<SyslogResult> {
    const allowed = budget.take(client)
    if (allowed !== 'ok') return allowed
    const line = parseSyslog(datagram)
    if (line === undefined) return 'empty'
    const machine = await machines.find(client)
    if (machine === nobody && unknown.take() === undefined) return 'strangers'
    events.record({
      at,
      kind: 'syslog',
      ...machine,
      client,
      server,
      request_id: null,
      outcome: 'served',
      code: null,
      reason: line.text,
      name: line.app ?? null,
      provision_state: null,
      owner: null,
      conductor: null,
      milliseconds: 0,
      steps: [],
      bytes: datagram.length,
      sha256: null,
      user_agent: null,
    })
    return 'kept'
  }

  socket.on('message', (datagram, { address }) => {
    void take(datagram, clientAddress(address) ?? address, Date.now()).then(onLine)
  })
  socket.bind({ address: host, port })
  await once(socket, 'listening')
  // One that fails now goes on.
  socket.on('error', (error) => {
    if (failures.take() !== undefined) logger.warn({ err: error }, 'receiving syslog failed')
  })
  const bound = socket.address()
  return {
    address: { host: bound.address, port: bound.port },
    async close() {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}
