import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBootringControlPlane } from '../../lab/bootring-control-plane.ts'
import type { ControlPlane } from '../../lab/clients/control-plane.ts'
import { missingForClients } from '../../lab/clients/missing-for-clients.ts'
import { debianPython, missingForIronic } from '../../lab/ironic/ironic-release.ts'
import { LoopbackHost } from '../../lab/ironic/loopback-host.ts'
import { describeWith } from '../../support/describe-with.ts'

/*
 * The life of a node by a script that uses openstacksdk: Debian's release and the newest. The script was seen to come to its
 * end with a real Ironic 39.0 as well: put `startIronicControlPlane` (test/lab/clients/ironic-control-plane.ts) in place of
 * `startBootringControlPlane` to see it again.
 */
const start = startBootringControlPlane

const script = fileURLToPath(new URL('../../lab/clients/sdk_life.py', import.meta.url))
const newestPython = fileURLToPath(new URL('../../../.tools/ironic-newest/bin/python', import.meta.url))

const missing = missingForClients() ?? missingForIronic('newest')

describeWith(missing, 'openstacksdk', () => {
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await start()
  })
  afterAll(async () => {
    await plane?.stop()
  })

  it.each([
    { release: '0.101, of Debian', python: debianPython },
    { release: '4.22', python: newestPython },
  ])('$release: create, clean, inspect, adopt, deploy, rescue, undeploy, delete', async ({ python }) => {
    const { cleanStep, conductor, endpoint, kernel, ramdisk } = plane
    const host = new LoopbackHost('localhost', '127.0.0.1')
    const run = host.spawn([python, script, endpoint, kernel, ramdisk, conductor, JSON.stringify(cleanStep)])
    expect(await run.exited, run.output).toBe(0)
    // The last thing that the script looks at.
    expect(run.output).toMatch(/^deleted$/m)
  })
})
