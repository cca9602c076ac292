import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { selfSignedCertificate } from '../../support/self-signed-certificate.ts'
import type { Ini } from './ironic-config.ts'
import type { ConductorPlan } from './ironic-installation.ts'
import { loopbackBlock } from './loopback-block.ts'
import { LoopbackHost } from './loopback-host.ts'

/** A plan for an Ironic whose conductors have names, a password and a certificate. */
export interface GuardedPlan {
  conductors: ConductorPlan[]
  apiHost: LoopbackHost
  /** For all services. */
  ini: Ini
  /** The addresses of those that have no address as their name: `<name>=<address>`. */
  addresses: string[]
  /** A host where none of those names can be resolved. */
  stranger: LoopbackHost
  remove(): void
}

/** Takes root, as its hosts resolve names of their own. `ports`: `[json_rpc]port` of each conductor. */
export async function guardedConductors(ports: readonly number[]): Promise<GuardedPlan> {
  const block = await loopbackBlock()
  const places = ports.map((rpcPort, i) => ({ rpcPort, name: `cond-${i + 1}.lab.example`, ip: `${block}.${11 + i}` }))
  const certificate = selfSignedCertificate(places.flatMap(({ ip, name }) => [`DNS:${name}`, `IP:${ip}`]))
  const folder = dirname(certificate.certFile)
  const hosts = join(folder, 'hosts')
  writeFileSync(hosts, `127.0.0.1 localhost\n${places.map(({ ip, name }) => `${ip} ${name}\n`).join('')}`)
  const users = join(folder, 'htpasswd')
  // Ironic takes this prefix alone.
  writeFileSync(users, `ironic:${hashSync('s3cret', 4).replace(/^\$2[ab]/, '$2y')}\n`)
  return {
    conductors: places.map(({ ip, name, rpcPort }) => ({ host: new LoopbackHost(name, ip, hosts), rpcPort })),
    apiHost: new LoopbackHost('api.lab.example', `${block}.1`, hosts),
    ini: {
      json_rpc: {
        auth_strategy: 'http_basic',
        http_basic_auth_user_file: users,
        username: 'ironic',
        password: 's3cret',
        use_ssl: true,
        cert_file: certificate.certFile,
        key_file: certificate.keyFile,
        cafile: certificate.certFile,
      },
    },
    addresses: places.map(({ ip, name }) => `${name}=${ip}`),
    stranger: new LoopbackHost('stranger', `${block}.3`),
    remove: certificate.remove,
  }
}
