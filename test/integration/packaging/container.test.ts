import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../support/describe-with.ts'
import { BuiltImage, missingForImages } from './built-image.ts'
import { ContainerProcess } from './container-process.ts'
import { leaveIronic, missingIronic } from './ironic-beside.ts'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const containerfile = join(checkout, 'packaging/container/Containerfile')
const hadolint = join(checkout, '.tools/packaging/venv/bin/hadolint')

describeWith(existsSync(hadolint) ? undefined : 'hadolint', 'the Containerfile', () => {
  it('has nothing that hadolint minds', () => {
    const { status, stdout } = spawnSync(hadolint, ['--failure-threshold', 'style', containerfile], {
      encoding: 'utf8',
    })
    expect(stdout).toBe('')
    expect(status).toBe(0)
  })
})

describeWith(missingForImages(), 'the image, built on a stand-in for the Node image', () => {
  let image: BuiltImage
  beforeAll(() => {
    image = new BuiltImage()
  }, 500_000)
  afterAll(() => image?.[Symbol.asyncDispose]())

  it('says what it is and what it needs', () => {
    const { User, Entrypoint, Cmd, ExposedPorts, Volumes, Labels } = image.config
    expect(User).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect([...Entrypoint, ...Cmd]).toEqual(['bootring', 'serve'])
    expect(Object.keys(ExposedPorts).toSorted()).toEqual(['6385/tcp', '6386/tcp', '8080/tcp', '8089/tcp', '8189/tcp'])
    expect(Object.keys(Volumes)).toEqual(['/var/lib/bootring'])
    expect(Labels).toMatchObject({
      'org.opencontainers.image.title': 'bootring',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.version': '1.2.3',
    })
  })

  it('holds the package at the locked versions, and neither sources nor what only development needs', () => {
    const installed = join(image.root, 'opt/bootring')
    expect(existsSync(join(installed, 'dist/main.js'))).toBe(true)
    for (const absent of ['src', 'test', 'tools', '.git', 'node_modules/vitest', 'node_modules/typescript']) {
      expect(existsSync(join(installed, absent)), absent).toBe(false)
    }
    const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>
    }
    for (const name of ['fastify', 'undici', 'kysely', 'fast-uri']) {
      const { version } = JSON.parse(readFileSync(join(installed, `node_modules/${name}/package.json`), 'utf8'))
      expect(version, name).toBe(lock.packages[`node_modules/${name}`]?.version)
    }
    expect(readdirSync(join(image.root, 'etc/bootring'))).toEqual([])
  })

  it('serves on a read-only root, without rights, is healthy, and stops when told', async () => {
    await using container = new ContainerProcess(image)
    await healthy(container, image)
    const status = container.exec('cat', '/proc/1/status').stdout
    expect(status).toMatch(/^CapBnd:\t0+$/m)
    expect(status).toMatch(new RegExp(`^Uid:\t${container.user.uid}\t`, 'm'))
    expect(container.exec('touch', '/opt/bootring/x').stderr).toContain('Read-only file system')
    expect(container.exec('touch', '/var/lib/bootring/x').status).toBe(0)
    expect(await container.end('TERM')).toBe(0)
  })

  it('runs a conductor as another user, whose health is asked at another port', async () => {
    const config = join(image.folder, 'bootring.conf')
    writeFileSync(config, '[DEFAULT]\nhost = localhost\nmy_ip = 127.0.0.1\n[json_rpc]\nhost_ip = 127.0.0.1\n')
    const options = {
      entrypoint: ['sh', '-c'],
      command: ['bootring db upgrade && exec bootring conductor'],
      user: { uid: 997, gid: 994 },
      files: { [config]: '/etc/bootring/bootring.conf' },
      env: ['BOOTRING_HEALTH_PORT=9386'],
    }
    await using conductor = new ContainerProcess(image, options)
    await healthy(conductor, image)
    expect(conductor.exec('cat', '/proc/1/status').stdout).toMatch(/^Uid:\t997\t/m)
    expect(await conductor.end('TERM')).toBe(0)
  })

  it.skipIf(missingIronic)('runs beside Ironic as compose does: its user, its files read-only', async () => {
    const ironic = join(image.folder, 'ironic')
    mkdirSync(ironic)
    leaveIronic(ironic, ironic)
    spawnSync('chown', ['-R', '997:994', ironic])
    const user = { uid: 997, gid: 994 }
    for (const [name, port] of [
      ['conductor', '9386'],
      ['api', '9385'],
    ] as const) {
      await using container = new ContainerProcess(image, {
        command: [name, '--attached', '--config-file', join(ironic, 'ironic.conf')],
        user,
        files: { [ironic]: ironic },
        env: [`BOOTRING_HEALTH_PORT=${port}`],
      })
      await healthy(container, image)
      const ready = `fetch('http://127.0.0.1:${port}/readyz').then(async (r) => console.log(r.status, await r.text()))`
      expect(container.exec('node', '-e', ready).stdout).toMatch(/^200 /)
      expect(await container.end('TERM'), container.output).toBe(0)
    }
  })
})

/** Runs the image's own health check inside until it succeeds. */
async function healthy(container: ContainerProcess, image: BuiltImage): Promise<void> {
  const [kind, ...check] = image.config.Healthcheck.Test
  expect(kind).toBe('CMD')
  for (let tries = 0; tries < 300; tries++) {
    if (container.exec(...check).status === 0) return
    const ended = container.ended()
    if (ended !== undefined) throw new Error(`not healthy, for ${ended}`)
    await pause(100)
  }
  throw new Error(`not healthy:\n${container.output}`)
}
