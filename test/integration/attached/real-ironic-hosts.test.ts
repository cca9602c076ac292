import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { databaseServers } from '../../lab/ironic/ironic-database.ts'
import { IronicInstallation } from '../../lab/ironic/ironic-installation.ts'
import { missingForIronic } from '../../lab/ironic/ironic-release.ts'
import { Lab } from '../../lab/lab.ts'
import { describeInLab } from '../../lab/require-lab.ts'
import { describeWith } from '../../support/describe-with.ts'

/*
 * The laboratory's Ironic on hosts of the lab, with all that the tests of attached mode vary: conductor groups, RPC
 * ports, the ring's settings, conductors that die, stop and join.
 */
describeWith(missingForIronic('newest') ?? databaseServers.mariadb.missing(), 'Ironic on hosts of its own', () => {
  describeInLab('the newest release, on mariadb', () => {
    let lab: Lab
    let ironic: IronicInstallation

    beforeAll(async () => {
      lab = await Lab.open()
      const host = (name: string, ipv4: string) => lab.host(name, { ipv4 })
      ironic = await IronicInstallation.start({
        release: 'newest',
        database: 'mariadb',
        apiHost: await host('api.lab.example', '10.77.0.1'),
        conductors: [
          { host: await host('cond-1.lab.example', '10.77.0.11'), rpcPort: 8090 },
          { host: await host('cond-2.lab.example', '10.77.0.12') },
          { host: await host('cond-3.lab.example', '10.77.0.13'), group: 'Rack1' },
        ],
        ini: { DEFAULT: { hash_partition_exponent: 8, hash_ring_algorithm: 'sha256' } },
      })
      await ironic.serveFiles()
    })
    afterAll(async () => {
      await ironic?.stop()
      await lab?.close()
    })

    it('registers conductors with their ports and groups', async () => {
      const conductors = await ironic.client.conductors()
      const shown = conductors.map(({ hostname, conductor_group, alive }) => ({ hostname, conductor_group, alive }))
      expect(shown).toHaveLength(3)
      expect(shown).toEqual(
        expect.arrayContaining([
          { hostname: 'cond-1.lab.example:8090', conductor_group: '', alive: true },
          { hostname: 'cond-2.lab.example', conductor_group: '', alive: true },
          { hostname: 'cond-3.lab.example', conductor_group: 'rack1', alive: true },
        ]),
      )
    })

    const enrol = async (name: string, mac: string, more: Record<string, unknown>) => {
      const { uuid } = await ironic.client.enrol(ironic.node(name, more), [mac])
      await ironic.client.provision(uuid, 'manage')
      await ironic.client.waitForState([uuid], 'manageable')
      await ironic.client.provision(uuid, 'provide')
      return uuid
    }
    const reach = async (uuid: string, state: string) => {
      const [node] = await ironic.client.waitForState([uuid], state)
      return ironic.conductorNamed(node?.conductor ?? null)
    }

    it('gives a node to a conductor of its group, whose files are served by HTTP', async () => {
      const uuid = await enrol('in-rack', '52:54:00:00:01:01', { conductor_group: 'rack1' })
      expect(await reach(uuid, 'clean wait')).toBe(2)
      const answer = await ironic.apiHost.http({ url: `http://10.77.0.13:8080/${uuid}/config` })
      expect(answer.body).toMatch(/^#!ipxe\n/)
    })

    it('brings a node that is deployed into wait call-back', async () => {
      const settings = { automated_clean: false, instance_info: ironic.imageInfo() }
      const uuid = await enrol('deployed', '52:54:00:00:01:02', settings)
      await reach(uuid, 'available')
      await ironic.client.provision(uuid, 'active')
      const owner = await reach(uuid, 'wait call-back')
      const config = join(ironic.httpRoot(owner), uuid, 'config')
      expect(existsSync(config)).toBe(true)
      await ironic.client.provision(uuid, 'deleted')
      await reach(uuid, 'available')
      expect(existsSync(config)).toBe(false)
    })

    it('keeps the files of a node whose RAM disk is all that it runs', async () => {
      const settings = { automated_clean: false, deploy_interface: 'ramdisk', instance_info: ironic.ramdiskInfo() }
      const uuid = await enrol('ramdisk', '52:54:00:00:01:03', settings)
      await reach(uuid, 'available')
      await ironic.client.provision(uuid, 'active')
      const owner = await reach(uuid, 'active')
      expect(existsSync(join(ironic.httpRoot(owner), uuid, 'config'))).toBe(true)
      await ironic.killConductor(owner)
      await ironic.untilAlive(owner, false)
      expect(await reach(uuid, 'active')).toBe(1 - owner)
      await ironic.startConductor(owner)
    })

    it('lets conductors join and leave', async () => {
      const host = await lab.host('cond-4.lab.example', { ipv4: '10.77.0.14' })
      const joined = await ironic.addConductor({ host, group: 'rack1' })
      await ironic.stopConductor(2)
      await ironic.untilAlive(2, false)
      const nodes = await ironic.client.nodes()
      const inRack = nodes.find(({ name }) => name === 'in-rack')
      expect(ironic.conductorNamed(inRack?.conductor ?? null)).toBe(joined)
    })
  })
})
