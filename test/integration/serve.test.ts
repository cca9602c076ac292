import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BootringProcess, bootring } from '../support/bootring-process.ts'
import { freePorts } from '../support/free-ports.ts'

const exampleFleet = fileURLToPath(new URL('../../examples/fleet.yaml', import.meta.url))
const firstMac = '52-54-00-12-01-01'

describe('bootring serve without a configuration file', () => {
  let folder: string
  let env: Record<string, string>
  let apiPort: number
  let adminPort: number
  let running: BootringProcess[]

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bootring-serve-'))
    const [api, admin, rpc, files] = (await freePorts(4)) as [number, number, number, number]
    ;[apiPort, adminPort, running] = [api, admin, []]
    // Only what keeps this test away from the machine's own bootring, and gives it something to boot.
    env = {
      OS_DEFAULT__STATE_PATH: join(folder, 'state'),
      OS_API__PORT: String(api),
      OS_BOOTRING__ADMIN_PORT: String(admin),
      OS_JSON_RPC__PORT: String(rpc),
      OS_DEPLOY__HTTP_URL: `http://127.0.0.1:${files}`,
      OS_CONDUCTOR__DEPLOY_KERNEL: `file://${folder}/kernel`,
      OS_CONDUCTOR__DEPLOY_RAMDISK: `file://${folder}/ramdisk`,
      OS_CONDUCTOR__FILE_URL_ALLOWED_PATHS: folder,
    }
    for (const name of ['kernel', 'ramdisk']) writeFileSync(join(folder, name), `${name}\n`)
  })

  afterEach(async () => {
    await Promise.all(running.map((process) => process.end('SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  })

  const serve = async () => {
    const process = new BootringProcess(['serve'], env)
    running.push(process)
    await process.ready(adminPort)
    return process
  }
  const ask = (mac: string) => fetch(`http://127.0.0.1:${apiPort}/v1/boot/${mac}/boot.ipxe`)

  it('says what it chose, keeps to loopback, and serves what is applied', async () => {
    const process = await serve()
    expect(process.output).toContain('[DEFAULT]my_ip is not set: using 127.0.0.1.')
    expect(process.output).toContain('[api]host_ip is not set: using 127.0.0.1.')
    expect(process.output).toContain(
      `[database]connection is not set: using sqlite:///${folder}/state/bootring.sqlite.`,
    )
    const applied = await bootring(['apply', exampleFleet], env)
    expect(applied.stdout).toContain('20 created, 0 changed, 0 left alone, 0 removed')
    const answer = await ask(firstMac)
    expect(answer.status).toBe(200)
    const script = await answer.text()
    const kernel = /^kernel (?:--timeout \d+ )?(\S+)/m.exec(script)?.[1] ?? 'no kernel line'
    expect(await (await fetch(kernel)).text()).toBe('kernel\n')
    const explained = await bootring(['explain', firstMac], env)
    expect(explained.code, explained.stdout + explained.stderr).toBe(0)
    // No option tells commands that it keeps to loopback.
    const rendered = await bootring(['render', '--all', '--diff'], env)
    expect(rendered).toMatchObject({ code: 0, stdout: expect.stringContaining('0 differ') })
  })

  it('answers Pixiecore with the same files where told to', async () => {
    env.OS_BOOTRING__PIXIECORE_API = 'True'
    await serve()
    await bootring(['apply', exampleFleet], env)
    const answer = await fetch(`http://127.0.0.1:${apiPort}/v1/boot/${firstMac.replaceAll('-', ':')}`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
    const { cmdline, initrd, kernel } = (await answer.json()) as { cmdline: string; initrd: string[]; kernel: string }
    const script = await (await ask(firstMac)).text()
    expect(script).toContain(` ${kernel} ${cmdline} initrd=`)
    expect(script).toContain(` ${initrd[0]} ||`)
    expect(await (await fetch(kernel)).text()).toBe('kernel\n')
    expect((await bootring(['explain', firstMac, 'pixiecore.json'], env)).stdout).toContain(kernel)
  })

  it('ends well when told to, and has everything after a restart', async () => {
    const first = await serve()
    await bootring(['apply', exampleFleet], env)
    expect(await first.end('SIGTERM')).toMatchObject({ code: 0 })
    await serve()
    expect((await ask(firstMac)).status).toBe(200)
  })

  it('ends when told to also while an image is being fetched that never comes', async () => {
    const images = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': 1_000_000 }).write('the beginning')
    }).listen(0, '127.0.0.1')
    await once(images, 'listening')
    const asked = once(images, 'request')
    const { port } = images.address() as AddressInfo
    env.OS_CONDUCTOR__DEPLOY_KERNEL = `http://127.0.0.1:${port}/kernel`
    await bootring(['db', 'upgrade'], env)
    await bootring(['apply', exampleFleet], env)
    const process = await serve()
    await asked
    expect(await process.end('SIGTERM')).toMatchObject({ code: 0 })
    images.closeAllConnections()
    images.close()
  })

  it('survives a kill with nothing lost', async () => {
    const first = await serve()
    await bootring(['apply', exampleFleet], env)
    await first.end('SIGKILL')
    await serve()
    expect((await ask(firstMac)).status).toBe(200)
  })

  it('says which port is taken, and ends with 1', async () => {
    await serve()
    const [rpc, files, admin] = await freePorts(3)
    const second = await bootring(['serve'], {
      ...env,
      OS_DEFAULT__STATE_PATH: join(folder, 'other'),
      OS_JSON_RPC__PORT: String(rpc),
      OS_DEPLOY__HTTP_URL: `http://127.0.0.1:${files}`,
      OS_BOOTRING__ADMIN_PORT: String(admin),
    })
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`can't listen on 127.0.0.1:${apiPort}: EADDRINUSE`)
    expect(second.stderr).toContain('[api]host_ip and port')
  })

  it('refuses an unknown option of its own, with file and line', async () => {
    const file = join(folder, 'wrong.conf')
    writeFileSync(file, '[bootring]\nadmin_prot = 1\n')
    const result = await bootring(['serve', '--config-file', file], env)
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(`${file}:2`)
    expect(result.stderr).toContain('admin_port')
  })
})
