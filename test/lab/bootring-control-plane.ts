import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BootringProcess } from '../support/bootring-process.ts'
import { freePorts } from '../support/free-ports.ts'
import { type ControlPlane, clientSettings } from './clients/control-plane.ts'
import { type Ini, iniText } from './ironic/ironic-config.ts'

/** `bootring serve` with SQLite on loopback, and nodes of the types that need no machine. */
export async function startBootringControlPlane(more: Ini = {}): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-control-'))
  const [api, admin, rpc, files] = (await freePorts(4)) as [number, number, number, number]
  const image = (name: string) => {
    writeFileSync(join(folder, name), `${name}\n`)
    return `file://${join(folder, name)}`
  }
  const [kernel, ramdisk] = [image('kernel'), image('ramdisk')]
  const config = join(folder, 'bootring.conf')
  const own: Ini = {
    DEFAULT: { state_path: join(folder, 'state'), my_ip: '127.0.0.1', host: 'localhost' },
    api: { host_ip: '127.0.0.1', port: api },
    bootring: { admin_port: admin },
    json_rpc: { host_ip: '127.0.0.1', port: rpc },
    deploy: { http_url: `http://127.0.0.1:${files}` },
    conductor: { deploy_kernel: kernel, deploy_ramdisk: ramdisk, file_url_allowed_paths: folder },
  }
  writeFileSync(config, iniText(own, clientSettings, more))
  const serve = new BootringProcess(['serve', '--config-file', config])
  const stop = async () => {
    await serve.end('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await serve.ready(admin)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    endpoint: `http://127.0.0.1:${api}`,
    conductor: `localhost:${rpc}`,
    kernel,
    ramdisk,
    cleanStep: { interface: 'deploy', step: 'erase_devices' },
    logs: () => serve.output,
    stop,
  }
}
