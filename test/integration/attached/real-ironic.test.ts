import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ApiNode } from '../../lab/ironic/ironic-client.ts'
import { databaseServers, type IronicDatabase } from '../../lab/ironic/ironic-database.ts'
import { IronicInstallation } from '../../lab/ironic/ironic-installation.ts'
import { type IronicRelease, missingForIronic } from '../../lab/ironic/ironic-release.ts'
import { describeWith } from '../../support/describe-with.ts'

/*
 * That the laboratory's Ironic behaves as the other tests here take for granted: a node in a wait state has its files
 * on the conductor that the API names, and on no other. That each release does so on MariaDB, and the newest on SQLite, is
 * what every-script.test.ts and sqlite-ironic.test.ts show besides.
 */

const cases: { release: IronicRelease; database: IronicDatabase; conductors: number; names?: boolean }[] = [
  { release: 'debian', database: 'postgresql', conductors: 2, names: true },
  // On SQLite, 21.4 fails with a locked database as soon as two things happen at once.
  { release: 'debian', database: 'sqlite', conductors: 1 },
]

const missingFor = (database: IronicDatabase, names: boolean) =>
  (names && process.getuid?.() !== 0 ? 'root' : undefined) ??
  (database === 'sqlite' ? undefined : databaseServers[database].missing())

for (const { release, database, conductors, names = false } of cases) {
  const missing = missingForIronic(release) ?? missingFor(database, names)
  describeWith(missing, `Ironic, ${release}, on ${database}`, () => {
    let ironic: IronicInstallation
    let nodes: ApiNode[] = []

    beforeAll(async () => {
      ironic = await IronicInstallation.start({ release, database, names, conductors: Array(conductors).fill({}) })
    })
    afterAll(async () => await ironic?.stop())

    const filesOf = (uuid: string) =>
      Array.from({ length: conductors }, (_, index) => join(ironic.httpRoot(index), uuid, 'config')).filter(existsSync)

    it('writes the files of a node that waits on the conductor that the API names, and there alone', async () => {
      const uuids: string[] = []
      for (let i = 0; i < 6; i += 1) {
        const { uuid } = await ironic.client.enrol(ironic.node(`node-${i}`), [`52:54:00:00:00:0${i}`])
        uuids.push(uuid)
      }
      for (const uuid of uuids) {
        await ironic.client.provision(uuid, 'manage')
        await ironic.client.waitForState([uuid], 'manageable')
        await ironic.client.provision(uuid, 'provide')
        await ironic.client.waitForState([uuid], 'clean wait')
      }
      nodes = await ironic.client.waitForState(uuids, 'clean wait')
      for (const { uuid, conductor } of nodes) {
        const owner = ironic.conductorNamed(conductor)
        expect(filesOf(uuid)).toEqual([join(ironic.httpRoot(owner), uuid, 'config')])
        const script = readFileSync(join(ironic.httpRoot(owner), uuid, 'config'), 'utf8')
        expect(script).toMatch(/^#!ipxe\n/)
        expect(script).toContain(`http://${ironic.conductorHost(owner).ip}:8080/${uuid}/deploy_kernel`)
      }
    })

    it("is the one that Ironic's command line client talks to", async () => {
      const node = nodes[0] as ApiNode
      expect(await ironic.openstack('node', 'show', node.uuid)).toMatchObject({
        uuid: node.uuid,
        provision_state: 'clean wait',
        conductor: node.conductor,
      })
    })

    it('removes the files when cleaning is aborted', async () => {
      for (const { uuid } of nodes) {
        await ironic.client.provision(uuid, 'abort')
        await ironic.client.waitForState([uuid], 'clean failed')
        expect(filesOf(uuid)).toEqual([])
      }
    })
  })
}
