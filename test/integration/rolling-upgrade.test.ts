import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BootringProcess, bootring } from '../support/bootring-process.ts'
import { eachDatabase } from '../support/databases.ts'
import { mac } from '../support/fleet-node.ts'
import { freePorts } from '../support/free-ports.ts'
import { type PreviousRelease, previousRelease } from '../support/previous-release.ts'

/*
 * Two APIs and three conductors of the previous release become those of this one, one process after the other, and
 * go back again, while machines boot all the time.
 */

type Release = 'old' | 'new'

interface Member {
  readonly command: 'api' | 'conductor'
  readonly args: string[]
  readonly adminPort: number
  process: BootringProcess
}

const nodeCount = 24

eachDatabase(
  (engine) => {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-rolling-'))
    const conductors: Member[] = []
    const apis: (Member & { readonly port: number })[] = []
    let old: PreviousRelease
    let common = ''
    let machines: Machines

    const launcherOf = (release: Release) => (release === 'old' ? old.launcher : undefined)
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const run = async (release: Release, ...args: string[]) => {
      const result = await bootring([...args, '--config-file', common], {}, launcherOf(release))
      expect(result.code, result.stderr).toBe(0)
      return result.stdout
    }

    async function start(release: Release, member: Omit<Member, 'process'>): Promise<BootringProcess> {
      const child = new BootringProcess([member.command, ...member.args], {}, launcherOf(release))
      await child.ready(member.adminPort)
      return child
    }

    async function restart(member: Member, release: Release): Promise<void> {
      const { code, stderr } = await member.process.end('SIGTERM')
      expect(code, stderr).toBe(0)
      member.process = await start(release, member)
    }

    beforeAll(async () => {
      old = previousRelease()
      if (old.hasOtherPackages) {
        process.stderr.write(`${old.name} runs with this release's packages, which are not those it was made with\n`)
      }
      const image = file('image', 'image\n')
      common = file(
        'common.conf',
        `[DEFAULT]
my_ip = 127.0.0.1
host = localhost
hash_ring_reset_interval = 1
[database]
connection = ${await engine.emptyUrl()}
[api]
host_ip = 127.0.0.1
[json_rpc]
host_ip = 127.0.0.1
auth_strategy = noauth
[conductor]
heartbeat_interval = 1
heartbeat_timeout = 20
deploy_kernel = file://${image}
deploy_ramdisk = file://${image}
file_url_allowed_paths = ${folder}
`,
      )
      await run('old', 'db', 'upgrade')
      const nodes = Array.from({ length: nodeCount }, (_, index) => ({
        name: `n${index}`,
        driver: 'fake-hardware',
        boot_interface: 'ipxe',
        provision_state: 'wait call-back',
        ports: [{ address: mac(index) }],
      }))
      await run('old', 'apply', file('fleet.json', JSON.stringify({ nodes })))
      for (const number of [1, 2, 3]) {
        const [rpcPort, httpPort, adminPort] = (await freePorts(3)) as [number, number, number]
        mkdirSync(join(folder, `http-${number}`))
        const own = file(
          `conductor-${number}.conf`,
          `[json_rpc]\nport = ${rpcPort}\n[deploy]\nhttp_url = http://127.0.0.1:${httpPort}\nhttp_root = ${join(folder, `http-${number}`)}\n[bootring]\nconductor_admin_port = ${adminPort}\n`,
        )
        const member = {
          command: 'conductor' as const,
          args: ['--config-file', common, '--config-file', own],
          adminPort,
        }
        conductors.push({ ...member, process: await start('old', member) })
      }
      for (const number of [1, 2]) {
        const [port, adminPort] = (await freePorts(2)) as [number, number]
        const own = file(`api-${number}.conf`, `[api]\nport = ${port}\n[bootring]\nadmin_port = ${adminPort}\n`)
        const member = {
          command: 'api' as const,
          args: ['--config-file', common, '--config-file', own],
          adminPort,
          port,
        }
        apis.push({ ...member, process: await start('old', member) })
      }
      machines = new Machines(apis.map(({ port }) => port))
    })

    afterAll(async () => {
      await machines?.stop()
      const ended = await Promise.all([...apis, ...conductors].map((member) => member.process.end('SIGTERM')))
      rmSync(folder, { recursive: true, force: true })
      old?.remove()
      expect(ended.map(({ code }) => code).filter((code) => code !== 0)).toEqual([])
    })

    /** Every node boots by every API, with the releases mixed as they are now. */
    const allBoot = async () => {
      for (const { port } of apis) {
        const answers = await Promise.all(Array.from({ length: nodeCount }, (_, index) => ask(port, index)))
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
      }
    }

    it('boots all machines while one process after the other is upgraded', { timeout: 300_000 }, async () => {
      machines.start()
      await allBoot()
      await run('new', 'db', 'upgrade')
      await allBoot()
      // Old API, mixed conductors; then mixed APIs, mixed conductors; then new API, one old conductor.
      const [api1, api2] = apis
      const [conductor1, conductor2, conductor3] = conductors
      for (const member of [conductor1, api1, conductor2, api2, conductor3]) {
        await restart(member as Member, 'new')
        await allBoot()
      }
      const { conductors: known } = JSON.parse(await run('new', 'ring', '--json'))
      expect(known).toMatchObject([{ alive: true }, { alive: true }, { alive: true }])
      machines.check()
    })

    it('and while they are set back, with the tables of the newer release', { timeout: 300_000 }, async () => {
      for (const member of [...apis, ...conductors]) {
        await restart(member, 'old')
        await allBoot()
      }
      await machines.stop()
      machines.check()
    })
  },
  ['postgresql', 'mariadb'],
)

const target = (index: number) => `/v1/boot/${mac(index).replaceAll(':', '-')}/boot.ipxe`

interface Answer {
  status: number
  text: string
  retryAfter: string | null
}

async function ask(port: number, index: number): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${target(index)}`, { headers: { Connection: 'close' } })
  return { status: response.status, text: await response.text(), retryAfter: response.headers.get('Retry-After') }
}

/** Machines that boot again and again: each asks one API, and where that is not there, the other. */
class Machines {
  readonly #ports: readonly number[]
  #running: Promise<unknown> | undefined
  #stopping = false
  served = 0
  readonly lost: string[] = []

  constructor(ports: readonly number[]) {
    this.#ports = ports
  }

  start(): void {
    this.#running = Promise.all([0, 1, 2, 3].map((lane) => this.#run(lane)))
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await this.#running
  }

  check(): void {
    expect(this.lost).toEqual([])
    expect(this.served).toBeGreaterThan(4 * nodeCount)
  }

  async #run(lane: number): Promise<void> {
    for (let turn = lane; !this.#stopping; turn += 1) {
      await this.#boot(turn)
      await sleep(50)
    }
  }

  async #boot(turn: number): Promise<void> {
    const index = turn % nodeCount
    const seen: string[] = []
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const port = this.#ports[(turn + attempt) % this.#ports.length] as number
      const answer = await ask(port, index).catch((error: Error) => String(error.cause ?? error))
      if (typeof answer !== 'string' && answer.status === 200 && answer.text.includes('/deploy_kernel')) {
        this.served += 1
        return
      }
      seen.push(typeof answer === 'string' ? answer : `${answer.status} ${answer.retryAfter} ${answer.text}`)
      // To be told to wait is no loss, and one API at a time is away.
      if (typeof answer !== 'string' && (answer.status !== 503 || answer.retryAfter === null)) break
      if (typeof answer !== 'string') await sleep(Number(answer.retryAfter) * 1000)
    }
    this.lost.push(`n${index}: ${seen.join(', ')}`)
  }
}
