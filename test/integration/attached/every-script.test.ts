import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { faultsOf, notRefused, pathOf, type WaitingMachine } from '../../lab/ironic/attached-answers.ts'
import { AttachedBootring } from '../../lab/ironic/attached-bootring.ts'
import { type AttachedDatabase, startAttachedDatabase } from '../../lab/ironic/attached-database.ts'
import { type GuardedPlan, guardedConductors } from '../../lab/ironic/guarded-conductors.ts'
import { iniText } from '../../lab/ironic/ironic-config.ts'
import { IronicInstallation } from '../../lab/ironic/ironic-installation.ts'
import { ironicReleases, missingForIronic } from '../../lab/ironic/ironic-release.ts'
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
      const apis =
        guard === undefined
          ? [{}, {}]
          : [{}, { host: guard.stranger, ini: { bootring: { conductor_addresses: guard.addresses.join() } } }]
      bootring = await AttachedBootring.start(ironic, { databaseUrl: database.readerUrl, apis })
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
      ])
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
        [...cleaned, aborted, ...uncleaned, others.get('manageable') as WaitingMachine],
        'manage',
        'manageable',
      )
      await provision(uncleaned, 'provide', 'available')
      await cleanAll(ironic.client, uuidsOf([...cleaned, aborted]))
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
