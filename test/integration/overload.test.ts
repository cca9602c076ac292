import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BootringProcess, bootring } from '../support/bootring-process.ts'
import { mac } from '../support/fleet-node.ts'
import { freePorts } from '../support/free-ports.ts'
import { generateLoad, type Load, quantile } from '../support/load-generator.ts'

/*
 * An API process and a conductor process, machines that boot, and a flood of management requests meanwhile.
 */

const nodeCount = 50
const floodConnections = 200
const machinesAtOnce = 8
/** Boots of each run. */
const boots = 1_500

describe('a flood of management requests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-flood-'))
  const processes: BootringProcess[] = []
  const address = { host: '127.0.0.1', port: 0 }

  beforeAll(async () => {
    const [apiPort, adminPort, rpcPort, httpPort, conductorAdminPort] = (await freePorts(5)) as [number, ...number[]]
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const image = file('image', 'image\n')
    const config = file(
      'bootring.conf',
      `[DEFAULT]
my_ip = 127.0.0.1
host = localhost
[database]
connection = sqlite:///${join(folder, 'db.sqlite')}
[api]
host_ip = 127.0.0.1
port = ${apiPort}
[json_rpc]
host_ip = 127.0.0.1
port = ${rpcPort}
auth_strategy = noauth
[deploy]
http_url = http://127.0.0.1:${httpPort}
http_root = ${join(folder, 'http')}
[conductor]
deploy_kernel = file://${image}
deploy_ramdisk = file://${image}
file_url_allowed_paths = ${folder}
[bootring]
admin_port = ${adminPort}
conductor_admin_port = ${conductorAdminPort}
`,
    )
    const nodes = Array.from({ length: nodeCount }, (_, index) => ({
      name: `n${index}`,
      driver: 'fake-hardware',
      boot_interface: 'ipxe',
      provision_state: 'wait call-back',
      ports: [{ address: mac(index) }],
    }))
    const fleet = file('fleet.json', JSON.stringify({ nodes }))
    expect((await bootring(['apply', fleet, '--config-file', config])).code).toBe(0)
    for (const [command, port] of [
      ['conductor', conductorAdminPort],
      ['api', adminPort],
    ] as const) {
      const child = new BootringProcess([command, '--config-file', config])
      processes.push(child)
      await child.ready(Number(port))
    }
    address.port = apiPort
  })

  afterAll(async () => {
    for (const child of processes.reverse()) await child.end('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  })

  /** Machines boot one after the other, so many at once, until that many have. */
  async function bootMachines(): Promise<Load & { seconds: number }> {
    let next = 0
    const startedAt = performance.now()
    const load = generateLoad(address, machinesAtOnce, () => {
      next += 1
      return `/v1/boot/${mac(next % nodeCount).replaceAll(':', '-')}/boot.ipxe`
    })
    while (load.milliseconds.length < boots) await sleep(20)
    const seconds = (performance.now() - startedAt) / 1000
    await load.stop()
    return Object.assign(load, { seconds })
  }

  it('costs no boot', async () => {
    await bootMachines()
    const calm = await bootMachines()
    const targets = ['/v1', '/', '/v1/nodes', '/no/such/route']
    let next = 0
    const flood = generateLoad(address, floodConnections, () => targets[next++ % targets.length] as string)
    while (flood.milliseconds.length < floodConnections) await sleep(20)
    const before = flood.milliseconds.length
    const flooded = await bootMachines()
    const managed = flood.milliseconds.length - before
    await flood.stop()

    const figures = ({ milliseconds, seconds }: typeof calm) => ({
      perSecond: Math.round(milliseconds.length / seconds),
      p99Milliseconds: Number(quantile(milliseconds, 0.99).toFixed(1)),
    })
    const [quiet, loud] = [figures(calm), figures(flooded)]
    process.stdout.write(
      `${JSON.stringify({
        calm: quiet,
        flooded: loud,
        throughputRatio: Number((loud.perSecond / quiet.perSecond).toFixed(2)),
        p99Ratio: Number((loud.p99Milliseconds / quiet.p99Milliseconds).toFixed(1)),
        managementPerSecond: Math.round(managed / flooded.seconds),
      })}\n`,
    )
    for (const run of [calm, flooded]) {
      expect([...run.answers.keys()]).toEqual([200])
      expect(run.answers.get(200)).toBeGreaterThanOrEqual(boots)
      expect(run.broken).toBe(0)
    }
    // Management goes on as well, if slowly.
    expect(managed).toBeGreaterThan(0)
    expect([...flood.answers.keys()].filter((status) => ![200, 404, 503].includes(status))).toEqual([])
  })
})
