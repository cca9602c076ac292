import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freePorts } from './free-ports.ts'

/** QEMU's user network reaches the host's loopback under this address; so machines and conductors share one URL. */
const hostFromMachine = '10.0.2.2'

export interface DemoConductor {
  /** As it registers: `127.0.0.1:<rpc port>`. */
  hostname: string
  /** As a machine reaches its files. */
  httpUrl: string
  configFiles: string[]
  adminPort: number
}

export interface DemoApi {
  port: number
  configFiles: string[]
  adminPort: number
}

/** The configuration files and ports of the demonstration's three conductors and two API instances. */
export interface DemoInstallation {
  folder: string
  commonFile: string
  conductors: DemoConductor[]
  apis: DemoApi[]
  /** Where the machine reports back. */
  callbackPort: number
}

interface Images {
  kernel: string
  ramdisk: string
}

/** Writes the configuration of the demonstration into `folder`. The conductors boot machines from the given images. */
export async function writeInstallation(folder: string, images: Images): Promise<DemoInstallation> {
  const ports = await freePorts(3 * 3 + 2 * 2 + 1)
  const next = () => ports.pop() as number
  const callbackPort = next()
  const apis = [0, 1].map(() => ({ port: next(), adminPort: next() }))
  const [firstApi] = apis as [DemoApi, DemoApi]
  const write = (name: string, lines: string[]) => {
    const file = join(folder, name)
    writeFileSync(file, `${lines.join('\n')}\n`)
    return file
  }
  const commonFile = write('common.conf', [
    '[DEFAULT]',
    'my_ip = 127.0.0.1',
    `state_path = ${folder}`,
    'hash_ring_reset_interval = 2',
    '[database]',
    `connection = sqlite:///${join(folder, 'bootring.sqlite')}`,
    '[api]',
    'host_ip = 127.0.0.1',
    '[json_rpc]',
    'host_ip = 127.0.0.1',
    'auth_strategy = noauth',
    '[conductor]',
    'heartbeat_interval = 1',
    'heartbeat_timeout = 10',
    `deploy_kernel = file://${images.kernel}`,
    `deploy_ramdisk = file://${images.ramdisk}`,
    `file_url_allowed_paths = ${dirname(images.kernel)}, ${dirname(images.ramdisk)}`,
    '[pxe]',
    'ipxe_use_boot_config_api = True',
    `ipxe_config_api_root_url = http://${hostFromMachine}:${firstApi.port}`,
    `kernel_append_params = console=ttyS0 quiet panic=-1 lab.cb=http://${hostFromMachine}:${callbackPort}/`,
    '[bootring]',
    'http_root_ip = 127.0.0.1',
    'log_format = json',
    // On a busy machine the owner's first answer is late, and another conductor's would come first: here owners are shown.
    'rpc_hedge_share = 0',
    'rpc_attempt_timeout = 5',
  ])
  const conductors = [1, 2, 3].map((number) => {
    const [rpcPort, httpPort, adminPort] = [next(), next(), next()]
    const httpRoot = join(folder, `conductor-${number}`)
    mkdirSync(httpRoot)
    const httpUrl = `http://${hostFromMachine}:${httpPort}`
    const file = write(`conductor-${number}.conf`, [
      '[DEFAULT]',
      'host = 127.0.0.1',
      '[json_rpc]',
      `port = ${rpcPort}`,
      '[deploy]',
      `http_url = ${httpUrl}`,
      `http_root = ${httpRoot}`,
      '[bootring]',
      `conductor_admin_port = ${adminPort}`,
    ])
    return { hostname: `127.0.0.1:${rpcPort}`, httpUrl, configFiles: [commonFile, file], adminPort }
  })
  return {
    folder,
    commonFile,
    callbackPort,
    conductors,
    apis: apis.map(({ port, adminPort }, index) => ({
      port,
      adminPort,
      configFiles: [
        commonFile,
        write(`api-${index + 1}.conf`, ['[api]', `port = ${port}`, '[bootring]', `admin_port = ${adminPort}`]),
      ],
    })),
  }
}
