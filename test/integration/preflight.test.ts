import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { preflightCommand } from '../../src/commands/preflight.ts'
import { renderCommand } from '../../src/commands/render.ts'
import type { Output } from '../../src/commands/terminal/output.ts'
import { arm64Image, bzImage, gzipData } from '../support/boot-images.ts'
import { BootringProcess, bootring } from '../support/bootring-process.ts'
import { CertificateAuthority, newKey, type ServerCertificate } from '../support/certificate-authority.ts'
import { freePorts } from '../support/free-ports.ts'
import { rawConnection } from '../support/raw-connection.ts'
import { selfSignedCertificate } from '../support/self-signed-certificate.ts'

interface Found {
  check: string
  severity: string
  node: { uuid: string; name: string | null } | null
  conductor: string | null
  file: string | null
  line: number | null
  message: string
  remedy: string
}

interface Document {
  checks: string[]
  nodes: number
  counts: Record<string, number>
  findings: Found[]
}

let folder: string
let env: Record<string, string>
let urls: { api: string; files: string; origin: string }
let origin: Server
let running: BootringProcess

const path = (name: string) => join(folder, name)
const put = (name: string, content: string | Buffer) => {
  writeFileSync(path(name), content)
  return path(name)
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-preflight-'))
  const [api, admin, rpc, files] = (await freePorts(4)) as [number, number, number, number]
  put('kernel', bzImage())
  put('ramdisk', gzipData())
  origin = createServer((request, response) => {
    const bodies: Record<string, Buffer> = {
      '/arm64': arm64Image(),
      '/page': Buffer.from('<!DOCTYPE html>no'),
      '/empty': Buffer.alloc(0),
      '/initrd': gzipData(),
      '/other.ipxe': Buffer.from('#!ipxe\nexit\n'),
    }
    const body = bodies[request.url ?? '']
    if (body === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-length': body.length }).end(body)
  }).listen(0, '127.0.0.1')
  await once(origin, 'listening')
  urls = {
    api: `http://127.0.0.1:${api}`,
    files: `http://127.0.0.1:${files}`,
    origin: `http://127.0.0.1:${(origin.address() as AddressInfo).port}`,
  }
  mkdirSync(path('state'))
  env = {
    OS_DEFAULT__STATE_PATH: path('state'),
    OS_DEFAULT__MY_IP: '127.0.0.1',
    OS_DEFAULT__HOST: '127.0.0.1',
    OS_API__HOST_IP: '127.0.0.1',
    OS_API__PORT: String(api),
    OS_BOOTRING__ADMIN_PORT: String(admin),
    OS_JSON_RPC__HOST_IP: '127.0.0.1',
    OS_JSON_RPC__PORT: String(rpc),
    OS_DEPLOY__HTTP_URL: urls.files,
    OS_CONDUCTOR__DEPLOY_KERNEL: `file://${path('kernel')}`,
    OS_CONDUCTOR__DEPLOY_RAMDISK: `file://${path('ramdisk')}`,
    OS_CONDUCTOR__FILE_URL_ALLOWED_PATHS: folder,
    OS_DEFAULT__ENABLED_BOOT_INTERFACES: 'ipxe,fake',
  }
  running = new BootringProcess(['serve'], env)
  await running.ready(admin)
})

afterAll(async () => {
  await running?.end('SIGKILL')
  origin?.close()
  rmSync(folder, { recursive: true, force: true })
})

const uuidOf = (index: number) => `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`

interface FleetEntry {
  name: string
  mac?: string
  more?: object
}

/** Loads this fleet instead of the one before. */
async function fleet(...entries: FleetEntry[]): Promise<void> {
  const nodes = entries.map(({ mac, more, name }, index) => ({
    name,
    uuid: uuidOf(index),
    driver: 'fake-hardware',
    boot_interface: 'ipxe',
    provision_state: 'wait call-back',
    properties: { cpu_arch: 'x86_64' },
    ports: mac === undefined ? [] : [{ address: mac }],
    ...more,
  }))
  const applied = await bootring(['apply', '--prune', put('fleet.json', JSON.stringify({ nodes }))], env)
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
}

/** In this process, which is much quicker than one of its own. */
async function preflight(args: string[] = [], more: Record<string, string> = {}): Promise<Document & { code: number }> {
  const { code, text } = await run(preflightCommand, ['--json', ...args], more)
  return { code, ...(JSON.parse(text) as Document) }
}

async function run(
  command: typeof preflightCommand | typeof renderCommand,
  args: string[],
  more: Record<string, string> = {},
  messages: Output = { write: () => undefined },
): Promise<{ code: number; text: string }> {
  for (const [name, value] of Object.entries({ ...env, ...more })) vi.stubEnv(name, value)
  let text = ''
  const output = {
    write(chunk: string) {
      text += chunk
    },
  }
  try {
    await command(output, messages).parseAsync(args, { from: 'user' })
    return { code: Number(process.exitCode ?? 0), text }
  } finally {
    process.exitCode = undefined
    vi.unstubAllEnvs()
  }
}

/** Waits until the conductor has this node's images. */
async function untilFetched(uuid: string): Promise<void> {
  for (const name of ['deploy_kernel', 'deploy_ramdisk'])
    for (;;) {
      const { status } = await fetch(`${urls.files}/${uuid}/${name}`)
      if (status === 200) break
      expect(status).toBe(503)
      await pause(100)
    }
}

/** `<severity> <check> <subject>: <message>` of each finding. */
const outline = ({ findings }: Document): string[] =>
  findings.map(({ check, conductor, file, line, message, node, severity }) => {
    const place = file === null ? null : `${file.replace(`${folder}/`, '')}${line === null ? '' : `:${line}`}`
    const subject = [node?.name, conductor, place].filter((part) => part !== null && part !== undefined).join(' ')
    return `${severity} ${check} ${subject}: ${message.replaceAll(urls.origin, 'ORIGIN').replaceAll(urls.files, 'FILES').replaceAll(urls.api, 'API')}`
  })

const oui = (last: number) => `00:16:3e:00:00:${String(last).padStart(2, '0')}`

const imagesAt = (kernel: string, ramdisk: string) => ({
  provision_state: 'available',
  driver_info: { deploy_kernel: `${kernel}/kernel`, deploy_ramdisk: `${ramdisk}/ramdisk` },
})

describe('a healthy fleet', () => {
  it('has nothing found in it, with a DHCP server that points here', async () => {
    await fleet({ name: 'n1', mac: oui(1) }, { name: 'n2', mac: oui(2), more: { provision_state: 'available' } })
    await untilFetched(uuidOf(0))
    const dnsmasq = put(
      'dnsmasq.conf',
      [
        'dhcp-match=set:ipxe,175',
        'dhcp-userclass=set:ipxe,iPXE',
        `dhcp-boot=tag:ipxe,${urls.files}/boot.ipxe`,
        'dhcp-boot=tag:!ipxe,undionly.kpxe',
        `dhcp-host=${oui(1)},n1`,
        `dhcp-host=${oui(2)},n2`,
        '',
      ].join('\n'),
    )
    // A process of its own: what CI and people see.
    const { code, stdout } = await bootring(['preflight', '--json', '--strict', '--dhcp-config', dnsmasq], env)
    const found = JSON.parse(stdout) as Document
    expect(outline(found)).toEqual([])
    expect([code, found.nodes, found.counts]).toEqual([0, 2, { error: 0, warning: 0, info: 0 }])
    expect(found.checks).toHaveLength(12)
  })
})

describe('faults of nodes', () => {
  beforeAll(() =>
    fleet(
      { name: 'arm', mac: oui(1), more: { properties: { cpu_arch: 'aarch64' } } },
      {
        name: 'gone',
        mac: oui(2),
        more: {
          provision_state: 'available',
          driver_info: { deploy_kernel: `${urls.origin}/gone`, deploy_ramdisk: `${urls.origin}/initrd` },
        },
      },
      {
        name: 'html',
        mac: oui(3),
        more: {
          provision_state: 'available',
          driver_info: { deploy_kernel: `${urls.origin}/page`, deploy_ramdisk: `${urls.origin}/arm64` },
        },
      },
      {
        name: 'empty',
        mac: oui(4),
        more: {
          provision_state: 'available',
          driver_info: { deploy_kernel: `file://${path('kernel')}`, deploy_ramdisk: `${urls.origin}/empty` },
        },
      },
      { name: 'half', mac: oui(5), more: { driver_info: { deploy_kernel: `${urls.origin}/gone` } } },
      { name: 'silent' },
      { name: 'off', more: { ports: [{ address: oui(6), pxe_enabled: false }] } },
      { name: 'group', mac: '01:00:5e:00:00:01' },
      { name: 'virtual', mac: '52:54:00:00:00:01' },
      { name: 'lonely', mac: oui(7), more: { conductor_group: 'rack9' } },
      { name: 'foreign', mac: oui(8), more: { driver: 'ilo' } },
      { name: 'loader', mac: oui(9), more: { boot_interface: 'pxe' } },
      {
        name: 'params',
        mac: oui(10),
        more: {
          driver_info: {
            deploy_kernel: `file://${path('kernel')}`,
            deploy_ramdisk: `file://${path('ramdisk')}`,
            kernel_append_params: 'x'.repeat(2100),
          },
        },
      },
    ),
  )

  it('each is found, and nothing else', async () => {
    for (const index of [0, 12]) await untilFetched(uuidOf(index))
    const found = await preflight()
    expect(outline(found)).toEqual([
      'error macs group: MAC 01:00:5e:00:00:01 is one of a group: no NIC has it',
      'error ports off: none of the ports of the node has pxe_enabled',
      'error ports silent: the node has no port',
      'error drivers foreign: no living conductor without a conductor group offers the driver ilo',
      'error drivers loader: no living conductor offers the boot interface pxe for the driver fake-hardware',
      'error drivers lonely: no conductor in conductor group rack9 is alive',
      'error boot-files half boot.ipxe: the node has no driver_info.deploy_ramdisk',
      expect.stringMatching(/^error ipxe-lint params boot\.ipxe:\d+: long-command-line: gives the kernel 2\d{3} bytes/),
      'error urls empty: ORIGIN/empty: the file is empty',
      'error urls gone: ORIGIN/gone: the server answers 404',
      expect.stringMatching(
        /^error images arm boot\.ipxe:\d+: FILES\/<uuid>\/deploy_kernel is a kernel for x86_64, and the node's properties\.cpu_arch is aarch64$/,
      ),
      'error images html: ORIGIN/page is to be a kernel, and is a web page',
      'error images html: ORIGIN/arm64 is to be an initrd, and is a Linux kernel for arm64 (Image)',
      expect.stringMatching(/^error images params boot\.ipxe:\d+: .* takes 2047 bytes of command line/),
      expect.stringMatching(/^warning ipxe-lint params boot\.ipxe:\d+: long-line: /),
      expect.stringMatching(/^info macs virtual: MAC 52:54:00:00:00:01 is locally administered/),
    ])
    expect(found).toMatchObject({ code: 1, nodes: 13 })
    expect(found.findings[0]).toEqual({
      check: 'macs',
      severity: 'error',
      node: { uuid: '00000000-0000-4000-8000-000000000008', name: 'group' },
      conductor: null,
      file: null,
      line: null,
      message: 'MAC 01:00:5e:00:00:01 is one of a group: no NIC has it',
      remedy: "Register the NIC's own.",
    })
  })

  it('of one node only, by one check only, or without one', async () => {
    const byMac = await bootring(['preflight', '--only', 'urls', oui(2).toUpperCase()], env)
    expect(byMac).toMatchObject({ code: 1, stderr: '' })
    expect(byMac.stdout).toBe(`error urls: node gone
    ${urls.origin}/gone: the server answers 404
    → Put the file there, or correct the URL.

1 check, 1 node: 1 error, 0 warnings, 0 to know.
`)
    const without = await preflight(['virtual', '--skip', 'macs'])
    expect(outline(without)).toEqual([])
    expect(without).toMatchObject({ code: 0 })
    const unknown = await bootring(['preflight', 'nobody'], env)
    expect(unknown.code).toBe(1)
    expect(unknown.stderr).toContain('no node has the UUID, the name or the MAC "nobody"')
  })

  it('says on a terminal how many of how many it has looked at', async () => {
    let shown = ''
    const write = (text: string) => {
      shown += text
    }
    const terminal = { isTTY: true, columns: 80, write }
    await run(preflightCommand, ['--only', 'macs'], { TERM: 'xterm' }, terminal)
    expect(shown).toContain('Looking at nodes [####################] 13/13')
    shown = ''
    await run(preflightCommand, ['--only', 'macs', 'arm', 'gone'], { TERM: 'xterm' }, terminal)
    expect(shown).toContain(' 2/2')
  })

  it('a MAC in a notation that nobody asks for, and one that two nodes have', async () => {
    await fleet({ name: 'n1', mac: oui(1) }, { name: 'n2', mac: oui(2) })
    await using raw = await rawConnection(`sqlite:///${path('state/bootring.sqlite')}`)
    const { db } = raw
    await db
      .updateTable('ports')
      .set({ address: oui(1).toUpperCase().replaceAll(':', '-') as never })
      .where('address', '=', oui(2) as never)
      .execute()
    expect(outline(await preflight(['--only', 'macs']))).toEqual([
      'error macs n2: port address "00-16-3E-00-00-01" is in a notation that is never found: machines are looked up as 00:16:3e:00:00:01',
      'error macs n2: MAC 00-16-3E-00-00-01 is that of node n1 as well',
    ])
  })
})

describe('faults of the installation', () => {
  beforeAll(() => fleet({ name: 'n1', mac: oui(1) }, { name: 'n2', mac: oui(2) }))

  it('a template of the operator with a slip in it, told once for all nodes', async () => {
    const template = put(
      'node.ipxe',
      '#!ipxe\ngoto deploy\n:deploy\nkernal {{ pxe_options.deployment_aki_path }}\nboot || goto faild\n',
    )
    const more = { OS_PXE__IPXE_CONFIG_TEMPLATE: template }
    const found = await preflight(['--only', 'ipxe-lint'], more)
    expect(outline(found).filter((line) => line.includes(' n1 '))).toEqual([
      'error ipxe-lint n1 boot.ipxe:4: unknown-command: "kernal" is no command of iPXE; is kernel meant?',
      'error ipxe-lint n1 boot.ipxe:5: undefined-label: goto faild: there is no label :faild',
      'error ipxe-lint n1 boot.ipxe:5: no-kernel: boots, and no kernel can have been chosen on the way here',
    ])
    const { text } = await run(preflightCommand, ['--only', 'ipxe-lint'], more)
    expect(text).toContain('error ipxe-lint: node n1, boot.ipxe:4; node n2, boot.ipxe:4\n    unknown-command: "kernal"')
    expect(text).toContain('1 check, 2 nodes: 6 errors, 0 warnings, 0 to know.\n')
  })

  it('an API that does not answer, and a root script that is not there', async () => {
    const [port] = await freePorts(1)
    const found = await preflight(['--only', 'root-script'], {
      OS_BOOTRING__API_ROOT_URLS: `http://127.0.0.1:${port}`,
      OS_DEPLOY__HTTP_URL: urls.origin,
    })
    expect(outline(found)).toEqual([
      expect.stringMatching(/^error root-script : the API at http:\S+ answers no boot requests: .*ECONNREFUSED/),
      'warning root-script : ORIGIN/boot.ipxe has no root script',
    ])
  })

  it('a conductor that died without a word', async () => {
    await using raw = await rawConnection(`sqlite:///${path('state/bootring.sqlite')}`)
    await raw.db
      .insertInto('conductors')
      .values({
        hostname: 'cond-9',
        conductor_group: '',
        online: raw.dialect.boolean(true) as never,
        updated_at: raw.dialect.secondsAgo(500) as never,
        created_at: raw.dialect.now() as never,
      })
      .execute()
    const found = await preflight(['--only', 'drivers', '--strict'])
    expect(outline(found)).toEqual([
      expect.stringMatching(/^warning drivers cond-9: is registered, and dead: last heard from \d+ s ago$/),
    ])
    expect(found.code).toBe(1)
    expect((await preflight(['--only', 'drivers'])).code).toBe(0)
    await raw.db.deleteFrom('conductors').where('hostname', '=', 'cond-9').execute()
  })

  it('certificates that run out soon, or are none', async () => {
    const certificate = (name: string, days: string) => {
      const file = path(name)
      execFileSync(
        'openssl',
        ['req', '-x509', ...newKey(path('key.pem')), '-out', file, '-subj', `/CN=${days}.example`, '-days', days],
        { stdio: 'pipe' },
      )
      return file
    }
    const only = async (file: string) =>
      outline(await preflight(['--only', 'certificates'], { OS_JSON_RPC__CAFILE: file }))
    const [long, short] = [certificate('long.pem', '90'), certificate('short.pem', '5')]
    const both = put('both.pem', `${readFileSync(long, 'utf8')}${readFileSync(short, 'utf8')}`)
    expect(await only(both)).toEqual([
      expect.stringMatching(
        /^warning certificates both\.pem: \[json_rpc\]cafile: the certificate of CN=5\.example runs out on \S+, in [45] days$/,
      ),
    ])
    expect(await only(put('none.pem', 'nothing'))).toEqual([
      'error certificates none.pem: [json_rpc]cafile has no certificate in it',
    ])
  })

  it('certificates of servers that nobody would take, soon, or here', async () => {
    const authority = new CertificateAuthority(folder)
    const local = 'DNS:localhost,IP:127.0.0.1'
    const { certFile, keyFile, remove } = selfSignedCertificate(local.split(','), 90)
    const shown: ServerCertificate[] = [
      authority.certificate(local, 90),
      authority.certificate(local, 5),
      authority.certificate(local, -1),
      authority.certificate('DNS:images.example,IP:192.0.2.1', 90),
      authority.certificateOfDaysToCome(local, 3),
      { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') },
    ]
    remove()
    const servers = shown.map((options) =>
      createTlsServer(options, (_, response) => response.end('kernel')).listen(0, '127.0.0.1'),
    )
    await Promise.all(servers.map((server) => once(server, 'listening')))
    const [good, soon, old, other, toCome, own] = servers.map(
      (server) => `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ) as [string, string, string, string, string, string]
    const otherByName = other.replace('127.0.0.1', 'localhost')
    const trusted = getCACertificates('default')
    setDefaultCACertificates([...trusted, authority.cert])
    try {
      await fleet(
        { name: 'n1', mac: oui(1), more: imagesAt(good, soon) },
        { name: 'n2', mac: oui(2), more: imagesAt(old, own) },
      )
      const check = async (apis: string) => {
        const found = await preflight(['--only', 'certificates'], { OS_BOOTRING__API_ROOT_URLS: apis })
        const named = Object.entries({ good, soon, old, other, otherByName, toCome, own })
        const inWords = (line: string) =>
          named.reduce((text, [name, origin]) => text.replace(origin, name), line).replace(/ (?:on|from) [\d-]+/, '')
        return outline(found).map(inWords).sort()
      }
      const othersNames = 'DNS:images.example, IP Address:192.0.2.1'
      expect(await check(`${good},${other},${otherByName},${toCome}`)).toEqual([
        'error certificates : the certificate of old has run out',
        `error certificates : the certificate of other is for others: ${othersNames}`,
        `error certificates : the certificate of otherByName is for others: ${othersNames}`,
        'error certificates : the certificate of toCome is good on only',
        'info certificates : this host does not trust the certificate of own: DEPTH_ZERO_SELF_SIGNED_CERT',
        expect.stringMatching(/^warning certificates : the certificate of soon runs out, in [45] days$/),
      ])
      // An authority that is unknown here may be one that iPXE was built with.
      setDefaultCACertificates(trusted)
      expect((await check(good)).filter((line) => line.startsWith('info'))).toEqual([
        'info certificates : this host does not trust the certificate of good: UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        'info certificates : this host does not trust the certificate of own: DEPTH_ZERO_SELF_SIGNED_CERT',
      ])
    } finally {
      setDefaultCACertificates(trusted)
      for (const server of servers) server.close()
      await fleet({ name: 'n1', mac: oui(1) }, { name: 'n2', mac: oui(2) })
    }
  })

  it('a conductor whose clock is wrong, by the date of its answers', async () => {
    let seconds = 0
    const late = createServer((_, response) => {
      response.sendDate = false
      response.writeHead(405, { date: new Date(Date.now() + seconds * 1000).toUTCString() }).end()
    }).listen(0, '127.0.0.1')
    await once(late, 'listening')
    const hostname = `127.0.0.1:${(late.address() as AddressInfo).port}`
    await using raw = await rawConnection(`sqlite:///${path('state/bootring.sqlite')}`)
    const now = raw.dialect.now() as never
    const row = {
      hostname,
      conductor_group: '',
      online: raw.dialect.boolean(true) as never,
      updated_at: now,
      created_at: now,
    }
    await raw.db.insertInto('conductors').values(row).execute()
    const clocks = async (offset: number) => {
      seconds = offset
      return outline(await preflight(['--only', 'clocks'])).map((line) => line.replace(/\d+ s/, 'N s'))
    }
    try {
      expect(await clocks(0)).toEqual([])
      expect(await clocks(-20)).toEqual([`warning clocks ${hostname}: the conductor's clock is N s behind this host's`])
      // Half of heartbeat_timeout: others would take it for dead.
      expect(await clocks(300)).toEqual([`error clocks ${hostname}: the conductor's clock is N s ahead of this host's`])
      late.closeAllConnections()
      late.close()
      expect(await clocks(0)).toEqual([expect.stringMatching(/^error clocks \S+: does not answer at .*ECONNREFUSED/)])
    } finally {
      late.close()
      await raw.db.deleteFrom('conductors').where('hostname', '=', hostname).execute()
    }
  })

  it("this host's own clock, and certificates that are not good yet by it", async () => {
    const file = path('now.pem')
    const request = ['req', '-x509', ...newKey(path('now-key.pem')), '-out', file, '-subj', '/CN=now.example']
    execFileSync('openssl', [...request, '-days', '90'], { stdio: 'pipe' })
    // A process whose clock is a day behind, all else being right.
    const shift = put(
      'a-day-behind.mjs',
      `const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [RealDate.now() - 86_400_000] : args))
  }
  static now() {
    return RealDate.now() - 86_400_000
  }
}
`,
    )
    const more = { NODE_OPTIONS: `--import=${shift}`, OS_JSON_RPC__CAFILE: file }
    const args = ['preflight', '--json', '--only', 'clocks', '--only', 'certificates']
    const { code, stderr, stdout } = await bootring(args, { ...env, ...more })
    expect(code, stderr).toBe(1)
    const found = outline(JSON.parse(stdout) as Document).map((line) => line.replace(/8\d{4} s/, 'a day'))
    expect(found.map((line) => line.replace(/127\.0\.0\.1(?::\d+)?/, 'HOST').replace(/ from [\d-]+/, ''))).toEqual([
      'error certificates now.pem: [json_rpc]cafile: the certificate of CN=now.example is good on only',
      "error clocks : the database's clock is a day ahead of this host's",
      "error clocks HOST: the conductor's clock is a day ahead of this host's",
    ])
  })

  it('DHCP that leads elsewhere, goes round, or knows other machines', async () => {
    const kea = put(
      'kea.json',
      JSON.stringify(
        {
          Dhcp4: {
            'client-classes': [
              { name: 'bios', test: 'option[93].hex == 0x0000', 'boot-file-name': 'undionly.kpxe' },
              { name: 'ipxe', test: 'option[175].exists', 'boot-file-name': `${urls.origin}/other.ipxe` },
            ],
            subnet4: [
              {
                subnet: '10.0.0.0/24',
                reservations: [
                  { 'hw-address': oui(1) },
                  { 'hw-address': oui(1).toUpperCase() },
                  { 'hw-address': oui(77) },
                ],
              },
            ],
          },
        },
        undefined,
        1,
      ),
    )
    expect(outline(await preflight(['--only', 'dhcp', '--only', 'dhcp-reservations', '--dhcp-config', kea]))).toEqual([
      'error dhcp kea.json:7: machines that run iPXE are given undionly.kpxe, and load iPXE again for ever',
      "error dhcp kea.json:12: ORIGIN/other.ipxe is a script that asks none of this installation's APIs (API)",
      `warning dhcp-reservations kea.json:23: ${oui(1).toUpperCase()} has a reservation already, in ${kea}:20`,
      `warning dhcp-reservations kea.json:26: no port has the MAC ${oui(77)}`,
      `info dhcp-reservations n2: port ${oui(2)} has no reservation, unlike others`,
    ])
    const dhcpd = put(
      'dhcpd.conf',
      [
        'subnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.2 10.0.0.9; deny unknown-clients;',
        `  if exists user-class and option user-class = "iPXE" { filename "${urls.origin}/other.ipxe"; }`,
        '  else { filename "ipxe.efi"; } }',
        `host n1 { hardware ethernet ${oui(1)}; filename "undionly.kpxe"; }`,
        `host gone { hardware ethernet ${oui(77)}; fixed-address 10.0.0.77; }`,
        '',
      ].join('\n'),
    )
    expect(outline(await preflight(['--only', 'dhcp', '--only', 'dhcp-reservations', '--dhcp-config', dhcpd]))).toEqual(
      [
        "error dhcp dhcpd.conf:2: ORIGIN/other.ipxe is a script that asks none of this installation's APIs (API)",
        'error dhcp dhcpd.conf:4: machines that run iPXE are given undionly.kpxe, and load iPXE again for ever',
        `error dhcp-reservations n2: port ${oui(2)} has no reservation, and DHCP answers only machines that have one`,
        `warning dhcp-reservations dhcpd.conf:5: no port has the MAC ${oui(77)}`,
      ],
    )
    const broken = put('broken.conf', 'authoritative;\nfilename "a"\n')
    expect(outline(await preflight(['--only', 'dhcp', '--dhcp-config', broken]))).toEqual([
      `error dhcp broken.conf:2: can't be read: no semicolon ends "filename"`,
    ])
    await expect(preflight(['--dhcp-config', '/nowhere/dhcpd.conf'])).rejects.toThrow(
      '--dhcp-config /nowhere/dhcpd.conf: there is no such file (ENOENT)',
    )
  })
})

describe('render', () => {
  beforeAll(() =>
    fleet(
      { name: 'n1', mac: oui(1) },
      { name: 'n2', mac: oui(2), more: { provision_state: 'available' } },
      { name: 'n3', mac: oui(3), more: { boot_interface: 'fake' } },
    ),
  )

  it('shows what a node would get, in this state or that', async () => {
    const now = await run(renderCommand, ['n1'])
    expect(now.code).toBe(0)
    expect(now.text).toBe(await (await fetch(`${urls.api}/v1/boot/${oui(1)}/boot.ipxe`)).text())
    // As long as it is available, it gets nothing.
    const next = await run(renderCommand, [oui(2), '--json'])
    expect(JSON.parse(next.text)).toMatchObject({
      node: { name: 'n2' },
      scripts: [{ state: 'wait call-back', name: 'boot.ipxe', error: null }],
    })
    const rescue = await run(renderCommand, ['n2', '--state', 'rescue wait'])
    expect(rescue.text).toContain(`${urls.files}/${uuidOf(1)}/rescue_kernel`)
    const none = await run(renderCommand, ['n2', '--state', 'active'])
    expect(none).toMatchObject({ code: 1, text: expect.stringContaining('StateForbidsBoot') })
    const all = await run(renderCommand, ['n2', '--all-states'])
    expect(all.text).toMatch(/^available, boot\.ipxe:\nStateForbidsBoot[\s\S]*\nclean wait, boot\.ipxe:\n#!ipxe\n/)
  })

  it('shows what another template would change, each change once', async () => {
    const script = (await run(renderCommand, ['n1'])).text
    const template = put(
      'changed.ipxe',
      script.replaceAll(uuidOf(0), '{{ node_uuid }}').replace('imgfree\n', 'imgfree\necho Hello\n'),
    )
    const changed = await run(renderCommand, ['--all', '--diff', '--template', template])
    expect(changed.code).toBe(1)
    expect(changed.text).toContain('2 nodes: n1, n2\n--- boot.ipxe\n+++ ')
    expect(changed.text).toContain('\n+echo Hello\n')
    expect(changed.text.match(/Hello/g)).toHaveLength(1)
    expect(changed.text).toContain('2 differ in 1 way, 0 stay the same, 1 have no such file now.\n')
    const same = await run(renderCommand, [
      'n2',
      '--diff',
      '--template',
      put('same.ipxe', `${script.replaceAll(uuidOf(0), '{{ node_uuid }}')}\n`),
    ])
    expect(same).toEqual({ code: 0, text: '0 differ, 1 stay the same, 0 have no such file now.\n' })
  })

  it('shows how what conductors serve differs from what the options make', async () => {
    expect(await run(renderCommand, ['--all', '--diff'])).toEqual({
      code: 0,
      text: '0 differ, 1 stay the same, 2 have no such file now.\n',
    })
    const other = await run(renderCommand, ['n1', '--diff', '--json'], { OS_PXE__KERNEL_APPEND_PARAMS: 'quiet' })
    const { changes } = JSON.parse(other.text) as { changes: { diff: string; nodes: object[] }[] }
    expect(changes).toHaveLength(1)
    expect(changes[0]?.diff).toMatch(/^--- boot\.ipxe served\n\+\+\+ boot\.ipxe rendered\n[\s\S]*\n\+kernel .* quiet /)
    expect(other.code).toBe(1)
  })

  it.each([[[]], [['n1', '--all', '--diff']], [['--all']], [['n1', '--all-states', '--state', 'active']]])(
    'refuses %j',
    async (args) => {
      await expect(run(renderCommand, args)).rejects.toMatchObject({ code: 'InvalidParameter' })
    },
  )
})
