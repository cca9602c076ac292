import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { faultsOf, notRefused, pathOf, type WaitingMachine } from '../../lab/ironic/attached-answers.ts'
import { AttachedBootring } from '../../lab/ironic/attached-bootring.ts'
import { type AttachedDatabase, startAttachedDatabase } from '../../lab/ironic/attached-database.ts'
import { callAsAgent } from '../../lab/ironic/call-as-agent.ts'
import { type GuardedPlan, guardedConductors } from '../../lab/ironic/guarded-conductors.ts'
import { type Ini, iniText } from '../../lab/ironic/ironic-config.ts'
import { IronicInstallation } from '../../lab/ironic/ironic-installation.ts'
import { ironicReleases, missingForIronic } from '../../lab/ironic/ironic-release.ts'
import { OperatorView } from '../../lab/ironic/operator-view.ts'
import { cleanAll, provisionAll } from '../../lab/ironic/provisioning.ts'
import type { StatementRecord } from '../../support/database-server.ts'
import { describeWith } from '../../support/describe-with.ts'
import { missingForMariadb } from '../../support/mariadb-server.ts'

/*
 * bootring beside a real Ironic with three conductors: every boot file that Ironic has written comes from every API, and
 * nothing else does. The newest Ironic has its conductors guarded by a password and TLS, and registered by names, two of them
 * with a port; the second of bootring's APIs can't resolve those names.
 */

const missingForNames = process.getuid?.() === 0 ? undefined : 'root, to give programs a hosts file of their own'

type ApiAddress = AttachedBootring['apis'][number]
type FoundNode = Record<'owner' | 'uuid', string>

const operator = { name: 'operator', password: 's3en' }

for (const release of ironicReleases) {
  const guarded = release === 'newest'
  const missing = missingForIronic(release) ?? missingForMariadb() ?? (guarded ? missingForNames : undefined)
  describeWith(missing, `every boot file of Ironic (${release})`, () => {
    let guard: GuardedPlan | undefined
    let database: AttachedDatabase
    let record: StatementRecord
    let ironic: IronicInstallation
    let bootring: AttachedBootring
    let macs = 0
    const waiting: WaitingMachine[] = []
    /** Its agent will call. */
    let called: WaitingMachine
    /** In these states by name, or with these files though not waiting. */
    const others = new Map<string, WaitingMachine>()

    beforeAll(async () => {
      database = await startAttachedDatabase()
      const plan = { release, database: 'mariadb', databaseUrl: database.url } as const
      if (guarded) {
        guard = await guardedConductors([8089, 8090, 8091])
        ironic = await IronicInstallation.start({ ...plan, ...guard })
      } else ironic = await IronicInstallation.start({ ...plan, conductors: [{}, {}, {}] })
      await database.grant()
      record = await database.recordStatements()
      const users = join(ironic.folder, 'htpasswd-operators')
      writeFileSync(users, `${operator.name}:${hashSync(operator.password, 4)}\n`)
      const guardedView: Ini = { DEFAULT: { auth_strategy: 'http_basic', http_basic_auth_user_file: users } }
      const closedView: Ini = { DEFAULT: { auth_strategy: 'keystone' } }
      bootring = await AttachedBootring.start(ironic, {
        databaseUrl: database.readerUrl,
        apis:
          guard === undefined
            ? [{ ini: guardedView }, { ini: closedView }]
            : [
                // One of its processes watches over the others, and follows up what they serve.
                { ini: { ...guardedView, api: { api_workers: 2 } } },
                {
                  host: guard.stranger,
                  ini: { ...closedView, bootring: { conductor_addresses: guard.addresses.join() } },
                },
              ],
      })
      await ironic.serveFiles()
    })
    afterAll(async () => {
      await bootring?.stop()
      await ironic?.stop()
      await database?.stop()
      guard?.remove()
    })

    function newMac(): string {
      macs += 1
      return `52:54:00:00:01:${macs.toString(16).padStart(2, '0')}`
    }

    async function enrol(
      name: string,
      file = 'boot.ipxe',
      node: Record<string, unknown> = {},
    ): Promise<WaitingMachine> {
      const mac = newMac()
      const { uuid } = await ironic.client.enrol(ironic.node(name, node), [mac])
      return { uuid, mac, file, root: file === 'boot.ipxe' ? 'http' : 'tftp' }
    }

    const uuidsOf = (machines: readonly WaitingMachine[]) => machines.map(({ uuid }) => uuid)
    const provision = (machines: readonly WaitingMachine[], target: string, state: string) =>
      provisionAll(ironic.client, uuidsOf(machines), target, state)

    /** As an operator does it, by the command line client. */
    async function byCommandLine(name: string): Promise<WaitingMachine> {
      const mac = newMac()
      const driverInfo = (option: string, path: string) => ['--driver-info', `${option}=file://${path}`]
      const options = [
        ...['--name', name, '--driver', 'fake-hardware', '--boot-interface', 'ipxe', '--deploy-interface', 'direct'],
        ...['--power-interface', 'fake', '--management-interface', 'noop', '--network-interface', 'noop'],
        ...['--property', 'capabilities=boot_mode:uefi', '--property', 'cpu_arch=x86_64'],
        ...driverInfo('deploy_kernel', ironic.kernel),
        ...driverInfo('deploy_ramdisk', ironic.ramdisk),
      ]
      const { uuid } = (await ironic.openstack('node', 'create', ...options)) as { uuid: string }
      await ironic.openstack('port', 'create', mac, '--node', uuid)
      await ironic.openstack('node', 'manage', '--wait', '60', name)
      return { uuid, mac, file: 'boot.ipxe', root: 'http' }
    }

    async function getBootConfig(conductor: number, { file, uuid }: WaitingMachine): Promise<unknown> {
      const params = { context: {}, 'rpc.version': '1.0', node_id: uuid, name: file }
      const body = JSON.stringify({ jsonrpc: '2.0', id: 'req-1', method: 'get_boot_config', params })
      const headers = { 'Content-Type': 'application/json' }
      const response = await fetch(bootring.rpcUrl(conductor), { method: 'POST', headers, body })
      return await response.json()
    }

    it('is returned by each API as it lies on the disk of the conductor that Ironic names', async () => {
      const bios = { properties: { capabilities: 'boot_mode:bios', cpu_arch: 'x86_64' } }
      // Two seconds a command: with one release.
      const own = guarded ? undefined : byCommandLine('cli')
      const cleaned = await Promise.all([
        ...Array.from({ length: 11 }, (_, i) => enrol(`node-${i}`)),
        enrol('grub', 'grub.cfg', { boot_interface: 'pxe' }),
        enrol('pxelinux', 'pxelinux.cfg', { boot_interface: 'pxe', ...bios }),
        ...(release === 'newest'
          ? [
              enrol('http', 'grub.cfg', { boot_interface: 'http' }),
              enrol('http-ipxe', 'boot.ipxe', { boot_interface: 'http-ipxe' }),
            ]
          : []),
        enrol('aborted'),
        enrol('called'),
      ])
      called = cleaned.pop() as WaitingMachine
      const aborted = cleaned.pop() as WaitingMachine
      const unclean = { automated_clean: false }
      const deployed = await Promise.all(
        ['deploy-0', 'deploy-1'].map((name) =>
          enrol(name, 'boot.ipxe', { ...unclean, instance_info: ironic.imageInfo() }),
        ),
      )
      const instance = { kernel: `file://${ironic.kernel}`, ramdisk: `file://${ironic.ramdisk}` }
      const diskless = await enrol('diskless', 'boot.ipxe', {
        ...unclean,
        deploy_interface: 'ramdisk',
        instance_info: instance,
      })
      others.set('available', await enrol('available', 'boot.ipxe', unclean))
      others.set('manageable', await enrol('manageable'))
      others.set('enroll', await enrol('enroll'))
      const uncleaned = [...deployed, diskless, others.get('available') as WaitingMachine]

      await provision(
        [...cleaned, aborted, called, ...uncleaned, others.get('manageable') as WaitingMachine],
        'manage',
        'manageable',
      )
      await provision(uncleaned, 'provide', 'available')
      await cleanAll(ironic.client, uuidsOf([...cleaned, aborted, called]))
      for (const machine of deployed) await provision([machine], 'active', 'wait call-back')
      await provision([diskless], 'active', 'active')
      await provision([aborted], 'abort', 'clean failed')
      others.set('active', diskless).set('clean failed', aborted)
      waiting.push(...deployed, ...cleaned)
      const driven = await own
      if (driven) {
        await ironic.openstack('node', 'provide', driven.uuid)
        await ironic.client.waitForState([driven.uuid], 'clean wait')
        waiting.push(driven)
      }

      expect(await faultsOf(waiting, ironic, bootring)).toEqual([])
      const owners = (await ironic.client.nodes()).map(({ conductor }) => conductor)
      expect(new Set(owners)).toEqual(new Set([0, 1, 2].map((index) => ironic.conductorName(index))))
    })

    it('is not for machines that do not wait: they get what unknown ones get', async () => {
      const states = new Map((await ironic.client.nodes()).map(({ provision_state, uuid }) => [uuid, provision_state]))
      for (const [state, { uuid }] of others) expect(states.get(uuid)).toBe(state)
      expect(await notRefused([...others.values()], bootring)).toEqual([])
      // Nor are files that a machine's boot interface does not have.
      const [script] = waiting as [WaitingMachine]
      const wrong = ['grub.cfg', 'pxelinux.cfg', 'deploy_kernel'].map((file) => ({ mac: script.mac, file }))
      expect(await notRefused(wrong, bootring)).toEqual([])
    })

    it('is never that of a conductor which does not own the node', async () => {
      const [machine] = waiting as [WaitingMachine]
      const node = (await ironic.client.nodes()).find(({ uuid }) => uuid === machine.uuid)
      const owner = ironic.conductorNamed(node?.conductor ?? null)
      for (const other of [0, 1, 2].filter((index) => index !== owner)) {
        const stale = pathOf(machine, ironic, other)
        mkdirSync(dirname(stale))
        writeFileSync(stale, '#!ipxe\necho stale\nboot\n')
      }
      expect(await faultsOf([machine], ironic, bootring)).toEqual([])
      // Nor do those conductors give it to whoever asks them.
      for (const conductor of guarded ? [] : [0, 1, 2]) {
        const answer = await getBootConfig(conductor, machine)
        const refused = { error: { message: expect.stringContaining(`its owner is ${node?.conductor}`) } }
        expect(answer).toMatchObject(conductor === owner ? { result: expect.stringMatching(/^#!ipxe/) } : refused)
      }
      const path = pathOf(machine, ironic, owner)
      renameSync(path, `${path}-away`)
      expect(await notRefused([machine], bootring)).toEqual([])
      renameSync(`${path}-away`, path)
      expect(await faultsOf([machine], ironic, bootring)).toEqual([])
    })

    it('is what the commands speak of', async () => {
      for (const api of bootring.apis.keys()) {
        const check = await bootring.run(['config', 'check'], { api })
        expect(check, check.stdout + check.stderr).toMatchObject({ code: 0 })
        const ring = await bootring.run(['ring', '--json'], { api })
        expect(ring, ring.stderr).toMatchObject({ code: 0 })
        const places = JSON.parse(ring.stdout) as { nodes: { uuid: string; owner: string }[] }
        const asked = (await ironic.client.nodes()).map(({ conductor, uuid }) => [uuid, conductor]).sort()
        expect(places.nodes.map(({ owner, uuid }) => [uuid, owner]).sort()).toEqual(asked)
        const [{ mac, uuid }] = waiting as [WaitingMachine]
        const explained = await bootring.run(['explain', '--json', mac], { api })
        expect(explained, explained.stderr).toMatchObject({ code: 0 })
        expect(JSON.parse(explained.stdout)).toMatchObject({
          outcome: 'served',
          node: { uuid },
          conductor: places.nodes.find((node) => node.uuid === uuid)?.owner,
          script: (await bootring.ask(api, mac)).body,
        })
      }
      const { mac } = others.get('clean failed') as WaitingMachine
      const refused = await bootring.run(['explain', '--json', mac])
      expect(refused.code).toBe(1)
      expect(JSON.parse(refused.stdout)).toMatchObject({
        outcome: 'refused',
        node: { provision_state: 'clean failed' },
      })
    })

    it("can be asked of Ironic's own conductors, which do not know it: rpc_port = 0 is for those that will", async () => {
      const own = join(ironic.folder, 'own.conf')
      writeFileSync(own, iniText({ bootring: { rpc_port: 0 } }))
      const [{ mac, uuid }] = waiting as [WaitingMachine]
      const { code, stdout } = await bootring.run(['explain', '--json', mac], { files: [own] })
      expect(code).toBe(1)
      const { attempts, outcome } = JSON.parse(stdout)
      const owner = (await ironic.client.nodes()).find((node) => node.uuid === uuid)?.conductor as string
      expect(outcome).toBe('refused')
      // They have let it in.
      expect(attempts).toMatchObject([{ conductor: owner, error: expect.stringContaining('get_boot_config') }])
      expect(attempts[0].address).toBe(/:\d+$/.test(owner) ? owner : `${owner}:8089`)
    })

    it('is on record with what came of it, as far as Ironic knows', async () => {
      const view = new OperatorView(bootring.apis[0] as ApiAddress, operator.name, operator.password)
      const { mac, uuid } = called
      const script = (await bootring.ask(0, mac)).body
      const shown = await view.show(`nodes/${uuid}`)
      expect(shown).toMatchObject({ uuid, name: 'called', macs: [mac], may_boot: true, explanation: { script } })
      expect(await view.show(`explain/${mac}`)).toMatchObject({ outcome: 'served', conductor: shown.owner, script })
      const present = { state: 'clean wait', name: 'boot.ipxe', script, error: null }
      expect(await view.show(`nodes/${uuid}/scripts`)).toEqual({ scripts: [present] })

      await callAsAgent(ironic, mac)
      // Ironic asks the agent for its steps next, and there is nobody.
      await ironic.client.waitForState([uuid], 'clean failed')
      const bootsOf = async (query: string) => (await view.show(`boots?${query}`)).boots
      const failed = { what: expect.stringMatching(/^state .* to clean failed$/) }
      const steps = expect.arrayContaining([expect.objectContaining(failed)])
      const [boot] = await vi.waitFor(
        async () => {
          const boots = await bootsOf(`node=${uuid}`)
          expect(boots).toMatchObject([{ steps }])
          return boots
        },
        { timeout: 30_000, interval: 200 },
      )
      // Meanwhile it was "cleaning", which may have been seen or not.
      const told = boot.steps.map(({ what }: { what: string }) => what.replace(/(?<=served to).*/, ''))
      expect(told.join(', ')).toMatch(
        /^script served to, agent called back, state clean wait to (cleaning, state cleaning to )?clean failed$/,
      )
      const expected = { node_uuid: uuid, mac, verdict: 'booted', owner: shown.owner, steps: boot.steps }
      expect(boot).toMatchObject(expected)
      expect(await bootsOf('verdict=booted')).toEqual([boot])
      // Nobody has called from machines that only ask.
      const silent = expect.stringMatching(/^(under way|booted, never called back)$/)
      expect(await bootsOf(`node=${waiting[0]?.uuid}`)).toMatchObject([{ verdict: silent }])
      const { events } = await view.show(`events?node=${uuid}`)
      expect(events[0]).toMatchObject({ kind: 'state', provision_state: 'clean failed', reason: expect.any(String) })
      expect(events.slice(-2)).toMatchObject([
        { kind: 'heartbeat' },
        { kind: 'script', outcome: 'served', bytes: Buffer.byteLength(script) },
      ])
      const explained = await bootring.run(['explain', '--json', mac])
      expect(JSON.parse(explained.stdout)).toMatchObject({ outcome: 'refused', boots: [expected] })
      const listed = await bootring.run(['boots', '--json', '--mac', mac])
      expect(JSON.parse(listed.stdout)).toMatchObject({ boots: [expected], next: null })
    })

    it("is shown with its fleet, and with a dashboard, as Ironic's own API has it", async () => {
      const view = new OperatorView(bootring.apis[0] as ApiAddress, operator.name, operator.password)
      const ironics = await ironic.client.nodes()
      const owners = ironics.map(({ conductor, uuid }) => [uuid, conductor]).sort()
      const { nodes } = await view.show('nodes?limit=1000')
      expect(nodes.map(({ owner, uuid }: FoundNode) => [uuid, owner]).sort()).toEqual(owners)
      expect(nodes).toEqual(
        expect.arrayContaining(
          [...waiting, ...others.values()].map(({ mac, uuid }) => expect.objectContaining({ uuid, macs: [mac] })),
        ),
      )
      expect((await view.show(`nodes?q=${called.mac}`)).nodes).toMatchObject([{ last_error: expect.any(String) }])
      const { rings } = await view.show('ring')
      const placed: string[][] = rings.flatMap(({ nodes }: { nodes: string[][] }) => nodes)
      expect(placed.map(([uuid, , owner]) => [uuid, owner]).sort()).toEqual(owners)
      const overview = await view.show('overview')
      const counted = Map.groupBy(ironics, ({ provision_state }) => provision_state)
      const states = overview.states.map(({ nodes, state }: { nodes: number; state: string }) => [state, nodes])
      expect(states.sort()).toEqual([...counted].map(([state, { length }]) => [state, length]).sort())
      expect(overview).toMatchObject({ mode: 'attached', nodes: ironics.length, events: { enabled: true, dropped: 0 } })
      const conductors = overview.conductors.map(({ alive, hostname }: { alive: boolean; hostname: string }) => ({
        alive,
        hostname,
      }))
      expect(conductors).toEqual([0, 1, 2].map((index) => ({ alive: true, hostname: ironic.conductorName(index) })))
      const { events } = await view.show('events?kind=script&limit=1000')
      const count = (outcome: string) => events.filter((event: { outcome: string }) => event.outcome === outcome).length
      const { minutes } = await view.show('figures?minutes=600')
      const sum = (outcome: 'served' | 'refused') =>
        minutes.reduce((all: number, minute: Record<string, number>) => all + (minute[outcome] ?? 0), 0)
      expect([sum('served'), sum('refused')]).toEqual([count('served'), count('refused')])

      const page = await view.page('/ui/')
      const html = await page.text()
      expect([page.status, page.headers.get('Content-Type')]).toEqual([200, expect.stringMatching(/^text\/html/)])
      const [, program = ''] = /<script[^>]* src="([^"]+)"/.exec(html) ?? []
      const answer = await view.page(new URL(program, 'http://ui/ui/').pathname)
      expect([answer.status, (await answer.text()).length > 10_000]).toEqual([200, true])
    })

    it('is shown to nobody else', async () => {
      const [api, closed] = bootring.apis as [ApiAddress, ApiAddress]
      const paths = ['overview', 'ring', 'nodes', `nodes/${called.uuid}`, `nodes/${called.uuid}/scripts`]
      paths.push('boots', 'events', 'figures', 'live', `explain/${called.mac}`)
      const wrong = new OperatorView(api, operator.name, 'guessed')
      // Ironic has Keystone there, which bootring does not know.
      const shut = new OperatorView(closed, operator.name, operator.password)
      for (const path of [...paths.map((one) => `/v1/bootring/${one}`), '/ui/']) {
        expect([path, (await wrong.page(path)).status]).toEqual([path, 401])
        expect([path, (await wrong.withoutPassword(path)).status]).toEqual([path, 401])
        expect([path, (await shut.page(path)).status]).toEqual([path, 403])
      }
      // Ironic's own API has these.
      for (const path of ['/v1/nodes', '/v1/lookup', `/v1/heartbeat/${called.uuid}`])
        expect([path, (await wrong.withoutPassword(path)).status]).toEqual([path, 404])
    })

    if (guarded) {
      it('is refused to whoever has a wrong password, or does not know the certificate, and explain says so', async () => {
        const wrong = join(ironic.folder, 'wrong.conf')
        const [{ mac }] = waiting as [WaitingMachine]
        const attempt = async (option: string, value: string) => {
          writeFileSync(wrong, iniText({ json_rpc: { [option]: value } }))
          const { code, stdout } = await bootring.run(['explain', '--json', mac], { files: [wrong] })
          expect(code).toBe(1)
          const { attempts, outcome } = JSON.parse(stdout)
          expect(outcome).toBe('refused')
          return attempts[0].error as string
        }
        expect(await attempt('password', 'wrong')).toMatch(/401/)
        expect(await attempt('username', 'nobody')).toMatch(/401/)
        expect(await attempt('cafile', '/etc/ssl/certs/ca-certificates.crt')).toMatch(/certificate/)
        expect(await attempt('use_ssl', 'False')).toMatch(/ConductorUnreachable/)
      })
    }

    it('is gone when Ironic has torn the node down', async () => {
      const [deployed, aborted, kept] = [waiting.slice(0, 2), waiting.slice(2, -1), waiting.slice(-1)]
      await Promise.all([provision(deployed, 'deleted', 'available'), provision(aborted, 'abort', 'clean failed')])
      expect(await notRefused([...deployed, ...aborted], bootring)).toEqual([])
      expect(await faultsOf(kept, ironic, bootring)).toEqual([])
      await provision(kept, 'abort', 'clean failed')
      await Promise.all(
        kept.map(async ({ uuid }) => {
          // In this state nodes can't be deleted otherwise.
          await ironic.client.update(uuid, [{ op: 'replace', path: '/maintenance', value: true }])
          await ironic.client.delete(uuid)
        }),
      )
      expect(await notRefused(kept, bootring)).toEqual([])
    })

    it('was found by SELECTs alone, and nobody held a node', async () => {
      const { connections, statements } = await record.of(database.reader)
      const changes = statements.filter((text) => !/^select /i.test(text))
      process.stdout.write(`Ironic ${release}: ${statements.length} statements in ${connections} sessions\n`)
      expect(statements.length).toBeGreaterThan(100)
      // A session says first that it will not write.
      expect(new Set(changes)).toEqual(new Set(['set session transaction read only']))
      expect(changes.length).toBeLessThanOrEqual(connections)
      expect((await ironic.client.nodes()).filter(({ reservation }) => reservation !== null)).toEqual([])
    })
  })
}
