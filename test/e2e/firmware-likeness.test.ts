import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FirmwareEvent, FirmwareOutcome } from '../../storm/firmware/firmware-events.ts'
import { startDnsmasq } from '../lab/dnsmasq.ts'
import type { Host } from '../lab/host.ts'
import { Lab } from '../lab/lab.ts'
import { Machine } from '../lab/machine.ts'
import { describeInLab } from '../lab/require-lab.ts'
import { ScriptedWeb } from '../lab/scripted-web.ts'
import type { ScriptedAnswer } from '../support/scripted-server.ts'

/*
 * The simulated firmware of storm/firmware is worth what it has in common with the real one. Here both boot through the
 * same scripts, at the same time, each in a laboratory of its own whose servers have the same addresses and answer in the
 * same way; what the servers and the consoles saw has to be the same.
 */

const program = fileURLToPath(new URL('../lab/inside/firmware-client.ts', import.meta.url))
const serverIp = '10.77.0.1'
const first = '52:54:00:77:0f:00'
const second = '52:54:00:77:0f:01'
const files = '/1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const bootPath = (mac: string) => `/v1/boot/${mac.replaceAll(':', '-')}/boot.ipxe`

// A kernel that starts in a second: iPXE itself, which runs a script that is its RAM disk.
const kernel = '/usr/lib/ipxe/ipxe.lkrn'
const startedMark = 'STARTED-THE-KERNEL'
// The pause lets the console have its say.
const ramdisk = ['#!ipxe', `echo ${startedMark}`, 'sleep 1', 'reboot', ''].join('\n')

/** What is compared. */
interface Course {
  /** Each request: number of the connection, and all lines of its head. */
  requests: string[]
  /** How each fetch ended, in the words of the firmware's console. */
  fetches: string[]
  /** What the scripts said: what they ask for, and before each pause how long it is. */
  said: string[]
  end: FirmwareOutcome['end']
}

interface Case {
  name: string
  macs?: string[]
  /** Golden root script. Default: `root-api`. */
  root?: string
  /** Of several APIs; nothing listens there. */
  firstApi?: string
  /** Golden node script. Default: `node-agent`. */
  node?: string
  /** Further answers, or others than those of a plain boot. */
  answers?: (scripts: { node: string }) => Record<string, ScriptedAnswer[]>
  /** Parts of what has to be said: that the case is one. */
  said?: string[]
}

const asking = (mac: string, nic: string) => `Asking for the boot script of ${mac.replaceAll(':', '-')} (${nic})`

const cases: Case[] = [
  { name: 'a plain boot' },
  {
    name: 'refusals in the first round, a script in the second',
    answers: ({ node }) => ({ [bootPath(first)]: [{ status: 404 }, { body: node }] }),
    said: ['asking again in 2 '],
  },
  {
    name: '503 with Retry-After twice, then a script',
    answers: ({ node }) => ({
      [bootPath(first)]: [
        { status: 503, headers: { 'Retry-After': '1' }, body: 'busy' },
        { status: 503, headers: { 'Retry-After': '1' } },
        { body: node },
      ],
    }),
  },
  {
    name: '503 without Retry-After, and 500, then a script',
    answers: ({ node }) => ({ [bootPath(first)]: [{ status: 503 }, { status: 500, body: 'no' }, { body: node }] }),
    said: ['asking again in 2 ', 'asking again in 4 '],
  },
  { name: 'the first API refuses connections, the second answers', root: 'root-several-apis' },
  { name: 'the host of the first API is gone, the second answers', root: 'root-several-apis', firstApi: '10.77.0.250' },
  {
    name: 'the kernel breaks off by a reset, then by a close',
    answers: () => ({
      [`${files}/deploy_kernel`]: [
        { file: kernel, deliver: 'half-then-reset' },
        { file: kernel, deliver: 'half-then-close' },
        { file: kernel },
      ],
    }),
    said: ['trying again in 2 ', 'asking again in 2 '],
  },
  {
    name: 'the kernel stops arriving, and the script has a time-out',
    node: 'node-agent-timeout',
    answers: () => ({
      [`${files}/deploy_kernel`]: [{ file: kernel, deliver: 'half-then-silence' }, { file: kernel }],
    }),
    said: ['trying again in 2 '],
  },
  {
    name: 'only the second NIC is registered',
    macs: [first, second],
    answers: ({ node }) => ({ [bootPath(first)]: [{ status: 404 }], [bootPath(second)]: [{ body: node }] }),
    said: [asking(second, 'net1')],
  },
  {
    name: 'a kept connection is closed in place of an answer',
    answers: () => ({ [`${files}/deploy_kernel`]: [{ deliver: 'close' }, { file: kernel }] }),
  },
  {
    name: 'a kept connection is reset in place of an answer, and so is the next one',
    answers: () => ({
      [`${files}/deploy_kernel`]: [{ deliver: 'reset' }, { deliver: 'reset' }, { file: kernel }],
    }),
    said: ['trying again in 2 '],
  },
  {
    name: 'a kept connection is closed while nobody uses it',
    answers: ({ node }) => ({ [bootPath(first)]: [{ status: 404, thenClose: true }, { body: node }] }),
    said: ['asking again in 2 '],
  },
  {
    name: 'Connection: close, and a redirect',
    answers: ({ node }) => ({
      [bootPath(first)]: [{ status: 302, headers: { Location: '/elsewhere?a=b' } }],
      '/elsewhere?a=b': [{ body: node, headers: { Connection: 'close' } }],
    }),
  },
  {
    name: 'HTTP in chunks, with carriage returns in the script',
    answers: ({ node }) => {
      const text = node.replaceAll('\n', '\r\n')
      const half = text.length >> 1
      const chunks = [text.slice(0, half), text.slice(half), '']
      const body = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')
      return { [bootPath(first)]: [{ body, withoutLength: true, headers: { 'Transfer-Encoding': 'chunked' } }] }
    },
  },
]

describeInLab('simulated firmware is like the real one', () => {
  const labs: Lab[] = []
  let host: Host
  let realLab: Lab
  let webs: { real: ScriptedWeb; simulated: ScriptedWeb }
  let machines = 0

  const openLab = async () => {
    const lab = await Lab.open()
    labs.push(lab)
    const server = await lab.host('dhcp.lab.example', { ipv4: serverIp, ipv6: 'fd77::1' })
    return { lab, server, web: await ScriptedWeb.start(server, 6385) }
  }

  beforeAll(async () => {
    const [real, simulated] = await Promise.all([openLab(), openLab()])
    realLab = real.lab
    webs = { real: real.web, simulated: simulated.web }
    host = await simulated.lab.host('client.lab.example', { ipv4: '10.77.0.2' })
    await startDnsmasq(real.server, { bootUrl: `${real.web.url}/boot.ipxe` })
  })
  afterAll(async () => {
    await Promise.all(labs.map((lab) => lab.close()))
  })

  /** bootring's own script, with this laboratory's addresses. */
  const golden = (name: string, { url }: ScriptedWeb, firstApi = serverIp) =>
    readFileSync(new URL(`../golden/${name}.ipxe`, import.meta.url), 'utf8')
      .replaceAll('http://10.0.0.1:6385/v1', name === 'root-several-apis' ? `http://${firstApi}:6386/v1` : `${url}/v1`)
      .replaceAll('http://10.0.0.2:6385/v1', `${url}/v1`)
      .replaceAll('http://10.0.0.11:8080', url)
      // The kernel here takes its command line for a script.
      .replaceAll(/ selinux=0 .*(?= initrd=)/g, '')
      // A time-out as short as the test's patience.
      .replaceAll('--timeout 30000', '--timeout 3000')

  const requests = (web: ScriptedWeb): string[] =>
    web.requests.map(({ connection, head }) => [connection, ...head].join(' | ').replace(/git-[^ ]*/, 'git-…'))

  async function script(
    web: ScriptedWeb,
    { root = 'root-api', firstApi, node = 'node-agent', answers }: Case,
  ): Promise<void> {
    const text = golden(node, web)
    await web.script({
      '/boot.ipxe': [{ body: golden(root, web, firstApi) }],
      [bootPath(first)]: [{ body: text }],
      [`${files}/deploy_kernel`]: [{ file: kernel }],
      [`${files}/deploy_ramdisk`]: [{ body: ramdisk }],
      ...answers?.({ node: text }),
    })
  }

  async function real(tried: Case, macs: string[]): Promise<Course> {
    await script(webs.real, tried)
    machines += 1
    const machine = await Machine.start(realLab, { name: `machine-${machines}`, firmware: 'bios', macs })
    try {
      await machine.untilOff(120)
      const booted = machine.console.includes(startedMark)
      const { console } = machine
      return {
        requests: requests(webs.real),
        fetches: fetches(console),
        said: said(console),
        end: booted ? 'booted' : 'gave-up',
      }
    } finally {
      await machine.kill()
    }
  }

  async function simulated(tried: Case, macs: string[]): Promise<Course> {
    await script(webs.simulated, tried)
    const options = { macs, firmware: 'bios', rootScript: { url: `${webs.simulated.url}/boot.ipxe` } }
    const output = await host.run([process.execPath, program, JSON.stringify(options)])
    const events = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as FirmwareEvent)
    const text = events.map((event) => (event.type === 'output' ? event.text : '')).join('\n')
    const last = events.at(-1)
    expect(events.filter(({ type }) => type === 'complaint')).toEqual([])
    const end = last?.type === 'ended' ? last.outcome.end : 'lost'
    return { requests: requests(webs.simulated), fetches: simulatedFetches(events), said: said(text), end }
  }

  it.each(cases)('$name', async (tried) => {
    const { macs = [first] } = tried
    const [realCourse, simulatedCourse] = await Promise.all([real(tried, macs), simulated(tried, macs)])
    expect(simulatedCourse).toEqual(realCourse)
    expect(realCourse.end).toBe('booted')
    for (const words of tried.said ?? []) expect(realCourse.said.join('\n')).toContain(words)
  })
})

/** What the scripts' `echo` printed, in order. The firmware breaks long lines of its console. */
function said(console: string): string[] {
  const text = console.replaceAll(/[\r\n]/g, '')
  const patterns = [
    'Asking for the boot script of [0-9a-f-]{17} \\((?:the NIC that booted|net\\d)\\)',
    'asking again in \\d+ of at most \\d+ seconds',
    'Fetching http://\\S+?/deploy_(?:kernel|ramdisk)',
    'trying again in \\d+ seconds',
    'Giving this boot script up',
  ]
  return text.match(new RegExp(patterns.join('|'), 'g')) ?? []
}

const errors = [
  'Connection reset',
  'Connection timed out',
  'HTTP 5xx Server Error',
  'Input/output error',
  'No such file or directory',
]

/** The ends of the lines that the firmware prints for each fetch, after its progress. */
function fetches(console: string): string[] {
  const text = console.replaceAll(/[\r\n\b]/g, '')
  const pattern = new RegExp(`http://[^ ]+?\\.\\.\\.[ .\\d%]*(ok|${errors.join('|')})`, 'g')
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '')
}

/** The same words for the last request of each fetch. */
function simulatedFetches(events: readonly FirmwareEvent[]): string[] {
  const requests = events.filter((event) => event.type === 'request')
  return requests.filter((_, index) => (requests[index + 1]?.attempt ?? 1) === 1).map(inConsoleWords)
}

function inConsoleWords({ failure, status }: Extract<FirmwareEvent, { type: 'request' }>): string {
  if (failure === undefined) return 'ok'
  if (failure === 'timed out') return 'Connection timed out'
  if (failure === 'content length underrun') return 'Input/output error'
  if (failure === `status ${status}`) return status === 404 ? 'No such file or directory' : 'HTTP 5xx Server Error'
  // A refusal is a reset to iPXE.
  return failure === 'connection reset' || failure === 'connection refused' ? 'Connection reset' : failure
}
