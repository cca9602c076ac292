/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE's own variables */
import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ScriptedServer } from '../support/scripted-server.ts'
import { SimulatedMachine } from '../support/simulated-machine.ts'

const mac = '52:54:00:00:00:0a'
const second = '52:54:00:00:00:0b'
const bootPath = (of: string) => `/v1/boot/${of.replaceAll(':', '-')}/boot.ipxe`
const files = '/1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const kernel = 'kernel'.repeat(50_000)
const ramdisk = 'ramdisk'.repeat(50_000)

let server: ScriptedServer
let url: string

beforeEach(async () => {
  server = new ScriptedServer()
  url = `http://127.0.0.1:${await server.listen()}`
  server.answer(`${files}/deploy_kernel`, { body: kernel })
  server.answer(`${files}/deploy_ramdisk`, { body: ramdisk })
})
afterEach(() => server.close())

/** bootring's own script, with this server in place of the hosts in it. */
const golden = (name: string) =>
  readFileSync(new URL(`../golden/${name}.ipxe`, import.meta.url), 'utf8').replaceAll(
    /http:\/\/10\.0\.0\.(1|11):(6385|8080)/g,
    url,
  )
const machine = (macs = [mac], root = golden('root-api')) => new SimulatedMachine({ macs, rootScript: { text: root } })
const chain = (...lines: string[]) => machine([mac], ['#!ipxe', ...lines].join('\n'))

describe("with bootring's own scripts", () => {
  it('boots, on one connection, with the right bytes', async () => {
    server.answer(bootPath(mac), { body: golden('node-agent') })
    const client = machine()
    const outcome = await client.boot()
    expect(outcome).toEqual({
      end: 'booted',
      kernel: {
        name: 'deploy_kernel',
        url: `${url}${files}/deploy_kernel`,
        bytes: kernel.length,
        crc32: crc32(kernel),
        commandLine: `selinux=0 troubleshoot=0 text nofb vga=normal ipa-api-url=${url} BOOTIF=${mac} initrd=deploy_ramdisk`,
      },
      initrds: [
        {
          name: 'deploy_ramdisk',
          url: `${url}${files}/deploy_ramdisk`,
          bytes: ramdisk.length,
          crc32: crc32(ramdisk),
          commandLine: '',
        },
      ],
    })
    expect(server.asked).toEqual([`GET ${bootPath(mac)}`, `GET ${files}/deploy_kernel`, `GET ${files}/deploy_ramdisk`])
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 1])
    expect(client.of('script').map(({ depth }) => depth)).toEqual([0, 1])
    expect(client.of('script')[1]?.text).toBe(golden('node-agent'))
    expect(client.of('complaint')).toEqual([])
    expect(client.clock.pauses).toEqual([])
  })

  it('sends the header fields that iPXE sends, and no other', async () => {
    await chain(`chain ${url}/${'${mac}'}`).boot()
    expect(server.requests[0]?.head).toEqual([
      'GET /52%3A54%3A00%3A00%3A00%3A0a HTTP/1.1',
      'Connection: keep-alive',
      expect.stringMatching(/^User-Agent: iPXE\/1\.0\.0\+git-/),
      `Host: ${url.slice('http://'.length)}`,
    ])
  })

  it('asks in rounds until there is a script', async () => {
    server.answer(bootPath(mac), { status: 404 }, { status: 404 }, { body: golden('node-agent') })
    const client = machine([mac, second])
    expect(await client.boot()).toMatchObject({ end: 'booted' })
    expect(server.asked.slice(0, 5)).toEqual([mac, second, mac, second, mac].map((asked) => `GET ${bootPath(asked)}`))
    expect(client.clock.pauses).toEqual([2000, 4000])
    const script = client.of('script')[1]
    expect(script?.pausedMs).toBeGreaterThanOrEqual(6000)
  })

  it('finds the script of its second NIC', async () => {
    server.answer(bootPath(second), { body: golden('node-agent') })
    expect(await machine([mac, second]).boot()).toMatchObject({ end: 'booted' })
  })

  it('gives up when there is no script for two minutes', async () => {
    const client = machine()
    expect(await client.boot()).toEqual({ end: 'gave-up', wanted: false, reason: 'exit status 1' })
    expect(client.of('request')).toHaveLength(12)
    expect(client.clock.pauses).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 10].map((seconds) => seconds * 1000))
  })

  it('fetches the kernel again when the first one broke', async () => {
    server.answer(bootPath(mac), { body: golden('node-agent') })
    server.answer(`${files}/deploy_kernel`, { body: kernel, deliver: 'half-then-reset' }, { body: kernel })
    const client = machine()
    expect(await client.boot()).toMatchObject({ end: 'booted', kernel: { crc32: crc32(kernel) } })
    expect(client.clock.pauses).toEqual([2000])
  })

  it('comes back to the root script when the node script gives up', async () => {
    server.answer(bootPath(mac), { body: golden('node-agent') })
    server.answer(`${files}/deploy_kernel`, { status: 404 })
    const client = machine()
    const run = client.boot()
    await expect.poll(() => client.clock.pauses.length).toBeGreaterThan(8)
    client.client.powerOff()
    expect(await run).toMatchObject({ end: 'powered-off' })
    expect(client.clock.pauses.slice(0, 8)).toEqual([2, 2, 2, 4, 2, 6, 2, 8].map((seconds) => seconds * 1000))
  })

  it('fetches the root script first when it is given its URL', async () => {
    server.answer('/boot.ipxe', { body: golden('root-api') })
    server.answer(bootPath(mac), { body: golden('node-agent') })
    const client = new SimulatedMachine({ macs: [mac], rootScript: { url: `${url}/boot.ipxe` } })
    expect(await client.boot()).toMatchObject({ end: 'booted' })
    expect(server.asked[0]).toBe('GET /boot.ipxe')
    expect(client.events[0]?.type).toBe('powered-on')
    expect(client.events.at(-1)?.type).toBe('ended')
  })

  it('gives up when the root script cannot be fetched', async () => {
    const client = new SimulatedMachine({ rootScript: { url: `${url}/boot.ipxe` } })
    expect(await client.boot()).toEqual({ end: 'gave-up', wanted: false, reason: 'root script: status 404' })
  })
})

describe('chain', () => {
  const script = (name: string, ...lines: string[]) =>
    server.answer(name, { body: ['#!ipxe', ...lines, ''].join('\n') })

  it('has succeeded when the script has', async () => {
    script('/child', 'echo child', 'exit 0')
    const client = chain(`chain --autofree ${url}/child && echo on || echo failed`)
    await client.boot()
    expect(client.output).toEqual(['child', 'on'])
  })

  it('has failed when the script has', async () => {
    script('/child', 'exit 1')
    const client = chain(`chain --autofree ${url}/child && echo on || echo failed`)
    await client.boot()
    expect(client.output).toEqual(['failed'])
  })

  it('with --replace does not come back', async () => {
    script('/child', 'exit 1')
    const client = chain(
      `chain --autofree --replace ${url}/missing || echo missing`,
      `chain --replace ${url}/child ||`,
      'echo back',
    )
    expect(await client.boot()).toMatchObject({ end: 'gave-up', reason: 'exit status 1' })
    expect(client.output).toEqual(['missing'])
  })

  it('takes relative URLs as seen from the script', async () => {
    script('/folder/child', 'chain other')
    script('/folder/other', 'echo other')
    const client = chain(`chain ${url}/folder/child`)
    await client.boot()
    expect(client.output).toEqual(['other'])
  })

  it('runs what is no script: BIOS is lost, UEFI fails', async () => {
    server.answer('/page', { body: '<html>sorry</html>' })
    expect(await chain(`chain ${url}/page || echo failed`).boot()).toMatchObject({ end: 'lost' })
    const text = `#!ipxe\nchain ${url}/page || echo failed`
    const uefi = new SimulatedMachine({ firmware: 'uefi', rootScript: { text } })
    await uefi.boot()
    expect(uefi.output).toEqual(['failed'])
  })

  it('fails for an empty answer', async () => {
    server.answer('/empty', { body: '' })
    const client = chain(`chain ${url}/empty || echo failed`)
    await client.boot()
    expect(client.output).toEqual(['failed'])
  })
})

it('can be switched off while it waits for an answer, and says so', async () => {
  server.answer('/silent', { deliver: 'silence' })
  const client = chain(`chain ${url}/silent`)
  const run = client.boot()
  await expect.poll(() => server.requests.length).toBe(1)
  client.client.powerOff()
  expect(await run).toEqual({ end: 'powered-off', doing: `waits for an answer to ${url}/silent` })
})
