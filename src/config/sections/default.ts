import { boolean, choice, integer, optionalAddress, optionalPath, optionalString } from '../option.ts'
import { hardwareOptions } from './hardware.ts'

export const defaultSection = {
  host: optionalString(
    "This conductor's name in the ring and in the conductors table; other hosts must be able to resolve it. Default: the machine's host name; attached: its full name, as Python finds it.",
  ),
  my_ip: optionalAddress(
    "This host's address, as machines and other hosts reach it. Default: the first address of the interface with the default route, else of any but loopback.",
  ),
  state_path: optionalPath(
    'Where bootring keeps what must outlive it. Default: what systemd says, /var/lib/bootring for root, else $XDG_STATE_HOME/bootring or ~/.local/state/bootring.',
    { standaloneOnly: true },
  ),
  hash_ring_algorithm: choice(
    [
      'md5',
      'sha1',
      'sha224',
      'sha256',
      'sha384',
      'sha512',
      'sha3_224',
      'sha3_256',
      'sha3_384',
      'sha3_512',
      'blake2b',
      'blake2s',
    ],
    'md5',
    'Digest of the hash ring. All hosts must say the same.',
  ),
  hash_partition_exponent: integer(
    5,
    'Each conductor has 2**exponent points on the ring. All hosts must say the same.',
    { min: 0, max: 20 },
  ),
  hash_ring_reset_interval: integer(15, 'How long a ring is used before it is built anew from the database.', {
    min: 0,
    unit: 'seconds',
    attached: { type: { kind: 'integer' }, adopt: (seconds) => Math.max(0, seconds) },
  }),
  auth_strategy: choice(
    ['noauth', 'http_basic', 'keystone'],
    undefined,
    'How management requests are authenticated; [json_rpc]auth_strategy follows it where unset. keystone is not supported.',
  ),
  http_basic_auth_user_file: optionalPath('htpasswd file (bcrypt) of those who may use the REST API.', {
    standaloneOnly: true,
  }),
  ...hardwareOptions,
  debug: boolean(false, 'Log at debug level.'),
}
