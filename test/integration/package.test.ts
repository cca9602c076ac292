import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { methods } from '../../src/rpc/contract.ts'
import { freePorts } from '../support/free-ports.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'bootring-package-'))
const installed = join(folder, 'node_modules/bootring')
const launcher = join(folder, 'node_modules/.bin/bootring')
/** Nothing of this process's own settings; only the Node that runs it comes first on the path. */
const env = { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`, HOME: folder }
// npm itself needs the user's settings: certificates and proxies of his network, and the home folder with its cache.
const npmEnv = { ...process.env, PATH: env.PATH, NODE_ENV: undefined }

function bootring(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(launcher, args, { cwd: folder, env, encoding: 'utf8' })
}

function npmInstall(tarball: string, network: '--prefer-offline' | '--offline'): string | undefined {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', '--ignore-scripts']
  const args = ['install', tarball, '--prefix', folder, '--omit=dev', network, '--fetch-retries=1', ...quiet]
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, env: npmEnv, encoding: 'utf8' })
  return status === 0 ? undefined : stderr
}

beforeAll(() => {
  const pack = ['pack', '--json', '--pack-destination', folder, '--loglevel=error']
  const packed = execFileSync('npm', pack, { cwd: checkout, env: npmEnv, encoding: 'utf8' })
  // What the build prints comes first.
  const [{ filename }] = JSON.parse(packed.slice(packed.search(/^\[$/m))) as [{ filename: string }]
  const tarball = join(folder, filename)
  const failure = npmInstall(tarball, '--prefer-offline')
  if (failure !== undefined) expect(npmInstall(tarball, '--offline'), failure).toBeUndefined()
}, 300_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the package', () => {
  it('holds JavaScript, types, templates, example and licence, and no source or test', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
      .filter((file) => !file.startsWith('node_modules'))
      .toSorted()
    for (const file of [
      'LICENSE',
      'README.md',
      'bin/bootring',
      'dist/main.js',
      'dist/main.d.ts',
      'dist/man/bootring.1',
      'dist/man/bootring-explain.1',
      'examples/fleet.yaml',
    ]) {
      if (existsSync(join(checkout, file)) || file.startsWith('dist/')) expect(files).toContain(file)
    }
    const templates = (under: string) => readdirSync(under).filter((file) => file.endsWith('.ipxe'))
    expect(templates(join(installed, 'dist/ipxe/templates'))).toEqual(templates(join(checkout, 'src/ipxe/templates')))
    expect(files.filter((file) => /\.test\.|^(src|test|tools|bench)\//.test(file))).toEqual([])
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([])
    expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toContain('Apache License')
  })

  it('offers typed modules to programs', () => {
    writeFileSync(
      join(folder, 'consumer.ts'),
      `import { parseFleet } from 'bootring/fleet'
import { HashRing } from 'bootring/ring'
import { methods, type Params } from 'bootring/rpc-contract'

const params: Params<'get_boot_config'> = { node_id: 'a', name: 'boot.ipxe' }
const [node] = parseFleet('nodes: [{name: n1, driver: fake-hardware}]', 'fleet.yaml')
const owners: string[] = new HashRing(['a', 'b'], 'md5', 5).order('key')
const state: string | undefined = node?.provisionState
// @ts-expect-error: a ring's hosts are text, so the types are really there.
const wrong: number = owners[0]
console.log(JSON.stringify([Object.keys(methods), params.name, node?.name, owners.length, state ?? null, typeof wrong]))
`,
    )
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
    const options = ['--strict', '--module', 'nodenext', '--target', 'esnext', '--types', '', '--lib', 'esnext,dom']
    const tsc = join(checkout, 'node_modules/.bin/tsc')
    const compiled = spawnSync(tsc, [...options, '--outDir', folder, '--skipLibCheck', 'false', 'consumer.ts'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    })
    expect(compiled.stdout).toBe('')
    const printed = execFileSync(process.execPath, ['consumer.js'], { cwd: folder, env, encoding: 'utf8' })
    expect(JSON.parse(printed)).toEqual([Object.keys(methods), 'boot.ipxe', 'n1', 2, null, 'string'])
  })

  it('answers --help for every command', () => {
    const { status, stdout } = bootring('--help')
    expect(status).toBe(0)
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+)(?: \[|$| {2})/gm)].map((match) => match[1] as string)
    expect(commands).toEqual(expect.arrayContaining(['serve', 'api', 'conductor', 'db', 'apply', 'ring', 'explain']))
    for (const command of commands) {
      expect(bootring(command, '--help'), command).toMatchObject({ status: 0, stderr: '' })
    }
  })

  it('prints a sample that its own check accepts', () => {
    const { status, stdout } = bootring('config', 'sample')
    expect(status).toBe(0)
    writeFileSync(join(folder, 'sample.conf'), stdout)
    expect(bootring('config', 'check', '--config-file', 'sample.conf')).toMatchObject({ status: 0 })
  })

  it('boots a machine of the example', { timeout: 180_000 }, async () => {
    const [api, rpc, files, admin] = (await freePorts(4)) as [number, number, number, number]
    const images = join(folder, 'images')
    mkdirSync(images)
    for (const image of ['kernel', 'ramdisk']) writeFileSync(join(images, image), image)
    const configuration = `[DEFAULT]
state_path = ${join(folder, 'state')}
[api]
port = ${api}
[json_rpc]
port = ${rpc}
[deploy]
http_url = http://127.0.0.1:${files}
[conductor]
deploy_kernel = file://${join(images, 'kernel')}
deploy_ramdisk = file://${join(images, 'ramdisk')}
file_url_allowed_paths = ${images}
[bootring]
admin_port = ${admin}
`
    writeFileSync(join(folder, 'bootring.conf'), configuration)
    const config = ['--config-file', 'bootring.conf']
    expect(bootring('db', 'upgrade', ...config)).toMatchObject({ status: 0 })
    const fleet = join(installed, 'examples/fleet.yaml')
    const applied = bootring('apply', fleet, '--json', ...config)
    expect(applied.status, applied.stderr).toBe(0)
    expect(JSON.parse(applied.stdout)).toMatchObject({ created: expect.objectContaining({ length: 20 }), changed: [] })

    const log: string[] = []
    const serve = spawn(launcher, ['serve', ...config], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [serve.stdout, serve.stderr]) stream.on('data', (chunk) => log.push(String(chunk)))
    try {
      const response = await answered(`http://127.0.0.1:${api}/v1/boot/52-54-00-12-01-01/boot.ipxe`, serve, log)
      const script = await response.text()
      expect(response.status, log.join('')).toBe(200)
      expect(script).toMatch(/^#!ipxe\n/)
      expect(script).toContain(`http://127.0.0.1:${files}/`)
      const dashboard = await fetch(`http://127.0.0.1:${api}/ui/`)
      const page = await dashboard.text()
      expect(dashboard.status, page).toBe(200)
      // The file of the thread that keeps them has another name than in a checkout.
      const listed = await listedBoots(config)
      expect(listed).toMatchObject([{ mac: '52:54:00:12:01:01', conductor: expect.any(String) }])
      const asset = /src="\.\/(assets\/[\w-]+\.js)"/.exec(page)?.[1]
      expect((await fetch(`http://127.0.0.1:${api}/ui/${asset}`)).headers.get('content-type')).toContain('javascript')
    } finally {
      serve.kill('SIGTERM')
      if (serve.exitCode === null) await once(serve, 'exit')
    }
    expect(serve.exitCode, log.join('')).toBe(0)
  })
})

/** Asks the command until it lists any. */
async function listedBoots(config: string[]): Promise<unknown[]> {
  for (const until = performance.now() + 60_000; performance.now() < until; await pause(100)) {
    const { status, stderr, stdout } = bootring('boots', '--json', ...config)
    expect(status, stderr).toBe(0)
    const { boots } = JSON.parse(stdout) as { boots: unknown[] }
    if (boots.length > 0) return boots
  }
  return []
}

/** Asks until the server listens and serves; gives up with its log when it ends first, or stays silent for a minute. */
async function answered(url: string, server: ChildProcess, log: string[]): Promise<Response> {
  for (const until = performance.now() + 60_000; performance.now() < until; await pause(100)) {
    if (server.exitCode !== null) break
    const response = await fetch(url).catch(() => undefined)
    if (response?.status === 200) return response
  }
  throw new Error(`no script from ${url}:\n${log.join('')}`)
}
