import ipaddr from 'ipaddr.js'
import type { Config } from './config.ts'
import type { Problem } from './problem.ts'

/** Where bootring's own options go without touching Ironic's files. */
const ownFile = '/etc/bootring/bootring.conf'

/**
 * What is right for Ironic and most likely not for the bootring beside it. All of it can be said otherwise in a file that only bootring
 * reads. `files`: all that were read.
 */
export function attachedHints({ DEFAULT, api, bootring, json_rpc }: Config, files: readonly string[]): Problem[] {
  const hints: Problem[] = []
  if (files.length > 0 && files.every((file) => file === ownFile)) {
    hints.push({
      file: ownFile,
      expected:
        "Ironic's ironic.conf to be read before it, for the ring, the folders and the RPC: name both with --config-file",
    })
  }
  const apiHost = bootring.api_ip ?? api.host_ip
  if (bootring.api_ip === undefined && apiHost !== undefined && isLoopback(apiHost)) {
    hints.push({
      group: 'api',
      option: 'host_ip',
      value: apiHost,
      expected: `an address that machines reach; where a proxy stands before Ironic's API, give bootring's its own in ${ownFile}, as [bootring]api_ip`,
    })
  }
  if (bootring.rpc_port === 0) return hints
  const strategy = json_rpc.auth_strategy ?? DEFAULT.auth_strategy
  if (strategy === undefined || strategy === 'keystone') {
    hints.push({
      group: 'json_rpc',
      option: 'auth_strategy',
      ...(strategy === undefined ? {} : { value: strategy }),
      expected: `http_basic or noauth, in ${ownFile}: bootring's conductors can't check Keystone's tokens`,
    })
  }
  if (strategy === 'http_basic' && json_rpc.username === undefined) {
    hints.push({
      group: 'json_rpc',
      option: 'username',
      expected: 'the user, and password, with whom conductors of auth_strategy = http_basic are called',
    })
  }
  return hints
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || (ipaddr.isValid(host) && ipaddr.parse(host).range() === 'loopback')
}
