import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import type { Reservation } from '../../dhcp/network-plan.ts'
import { parseMac } from '../../model/mac.ts'
import { HostsFolder } from './hosts-folder.ts'
import { KeaTarget } from './kea-target.ts'
import { tellDnsmasq } from './tell-dnsmasq.ts'
import { watchReservations } from './watch-reservations.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-hosts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const uuid = (number: number) => `7f0fb1e5-1b77-4c5a-9f2e-00000000000${number}`
function reservation(node: number, nic: number): Reservation {
  const mac = parseMac(`52:54:00:00:0${node}:0${nic}`)
  if (!mac) throw new Error('bad fixture')
  return { nodeUuid: uuid(node), mac, hostName: `n${node}`, addresses: [] }
}

const many = (count: number): Reservation[] =>
  Array.from({ length: count }, (_, index) => {
    const number = index.toString(16).padStart(4, '0')
    const mac = parseMac(`52:54:00:01:${number.slice(0, 2)}:${number.slice(2)}`)
    if (!mac) throw new Error('bad fixture')
    return { nodeUuid: `7f0fb1e5-1b77-4c5a-9f2e-00000000${number}`, mac, hostName: `n${index}`, addresses: [] }
  })

describe('a folder of hosts', () => {
  it('has one file a node, and dnsmasq is told to forget what changed or went', async () => {
    let told = 0
    const hosts = new HostsFolder(folder, async () => {
      told += 1
    })
    writeFileSync(join(folder, 'by-hand'), 'kept')
    expect(await hosts.apply([reservation(1, 1), reservation(1, 2), reservation(2, 1)])).toMatchObject({
      added: 2,
      changed: 0,
      removed: 0,
    })
    expect(readFileSync(join(folder, `node-${uuid(1)}`), 'utf8')).toBe('52:54:00:00:01:01,n1\n52:54:00:00:01:02,n1\n')
    expect(told).toBe(0)
    expect(await hosts.apply([reservation(1, 1), reservation(2, 1)])).toMatchObject({
      added: 0,
      changed: 1,
      removed: 0,
    })
    expect(await hosts.apply([reservation(1, 1), reservation(2, 1)])).toMatchObject({
      added: 0,
      changed: 0,
      removed: 0,
    })
    expect(await hosts.apply([reservation(1, 1)])).toMatchObject({ added: 0, changed: 0, removed: 1 })
    expect(told).toBe(2)
    expect(readdirSync(folder).sort()).toEqual(['by-hand', `node-${uuid(1)}`])
  })

  it('has one file written and dnsmasq told once when one of many nodes changes', async () => {
    let told = 0
    const hosts = new HostsFolder(folder, async () => {
      told += 1
    })
    const fleet = many(60)
    await hosts.apply(fleet)
    const written = () => new Map(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).ino]))
    const before = written()
    await hosts.apply(fleet.with(30, { ...fleet[30], hostName: 'renamed' } as Reservation))
    const after = [...written()].filter(([name, inode]) => before.get(name) !== inode)
    expect(after).toEqual([[`node-${fleet[30]?.nodeUuid}`, expect.any(Number)]])
    expect(told).toBe(1)
  })

  it('tells dnsmasq again where it could not be told', async () => {
    const answers = ['away', 'here']
    const hosts = new HostsFolder(folder, async () => {
      if (answers.shift() === 'away') throw new Error('no dnsmasq')
    })
    await hosts.apply([reservation(1, 1)])
    await expect(hosts.apply([])).rejects.toThrow('no dnsmasq')
    await hosts.apply([])
    expect(answers).toEqual([])
  })

  it('never signals what is no dnsmasq', async () => {
    const pidFile = join(folder, 'pid')
    writeFileSync(pidFile, `${process.pid}\n`)
    await expect(tellDnsmasq(pidFile)).rejects.toThrow('is no dnsmasq')
    writeFileSync(pidFile, '1')
    await expect(tellDnsmasq(pidFile)).rejects.toThrow('holds no process id')
  })
})

describe('the control socket of a Kea', () => {
  it('is asked once while nothing changes, and told once when one of many nodes does', async () => {
    // A Kea as far as commands go; that a real one takes them is another test's.
    let running: object = { Dhcp4: { subnet4: [], reservations: [] } }
    let commands: string[] = []
    const kea = createServer((socket) => {
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
        let question: { command: string; arguments: object }
        try {
          question = JSON.parse(text) as typeof question
        } catch {
          return
        }
        commands.push(question.command)
        if (question.command === 'config-set') running = question.arguments
        socket.end(JSON.stringify({ result: 0, ...(question.command === 'config-get' ? { arguments: running } : {}) }))
      })
    }).listen(join(folder, 'kea'))
    await once(kea, 'listening')
    try {
      const target = new KeaTarget({ controlSocket: join(folder, 'kea'), family: 4, write: false })
      const commandsFor = async (fleet: readonly Reservation[]) => {
        commands = []
        const { added, removed } = await target.apply(fleet)
        return { added, removed, commands }
      }
      const all = ['config-get', 'config-test', 'config-set']
      const fleet = many(1000)
      expect(await commandsFor(fleet)).toEqual({ added: 1000, removed: 0, commands: all })
      expect(await commandsFor(fleet)).toEqual({ added: 0, removed: 0, commands: ['config-get'] })
      expect(await commandsFor(fleet.slice(1))).toEqual({ added: 0, removed: 1, commands: all })
    } finally {
      kea.close()
    }
  })
})

describe('watching', () => {
  it('changes nothing while the fleet can not be read, says so once, and goes on', async () => {
    const log = recordingLogger()
    const stop = new AbortController()
    const fails = [false, true, true, false]
    const applied: number[] = []
    await watchReservations({
      read: async () => {
        if (fails.shift()) throw new Error('database away')
        return { reservations: [reservation(1, 1)], notes: ['an odd address'] }
      },
      target: {
        apply: async (reservations) => {
          applied.push(reservations.length)
          if (fails.length === 0) stop.abort()
          return { added: 0, changed: 0, removed: 0, notes: [] }
        },
      },
      intervalSeconds: 0.001,
      log,
      signal: stop.signal,
    })
    expect(applied).toEqual([1, 1])
    const messages = log.lines.map(({ message }) => message)
    expect(messages).toEqual([
      'reservations are like the fleet',
      'an odd address',
      'reservations can not be kept now; trying again',
      'reservations are kept again',
    ])
  })
})
