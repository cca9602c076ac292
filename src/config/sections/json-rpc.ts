import { address, boolean, choice, optionalPath, optionalString, port, string } from '../option.ts'

export const jsonRpcSection = {
  auth_strategy: choice(
    ['noauth', 'http_basic', 'keystone'],
    undefined,
    'How conductors know their callers. Default: [DEFAULT]auth_strategy. Must be said where host_ip is not loopback. keystone is not supported.',
  ),
  http_basic_auth_user_file: string(
    '/etc/ironic/htpasswd-json-rpc',
    'htpasswd file (bcrypt) of those who may call this conductor.',
  ),
  host_ip: address('::', 'Address that the conductor listens on for calls. bootring serve without it: 127.0.0.1.'),
  port: port(8089, 'Port that the conductor listens on, and that other conductors are called at.'),
  use_ssl: boolean(false, 'Speak TLS.'),
  cert_file: optionalPath('Certificate (PEM) of the server.', { fallbackName: 'ssl/cert_file' }),
  key_file: optionalPath('Private key (PEM) of the server.', { fallbackName: 'ssl/key_file' }),
  cafile: optionalPath('CA certificates (PEM) that callers check the server against. Default: those of the system.'),
  insecure: boolean(false, 'Callers take any certificate: encrypted, but to whomever answers. For tests.'),
  client_use_ssl: boolean(
    false,
    "Attached with [bootring]rpc_port = 0: speak TLS to Ironic's conductors although use_ssl is off, for a proxy before them.",
  ),
  username: optionalString('User with whom this host calls conductors.', {
    deprecatedNames: ['http_basic_username'],
  }),
  password: optionalString('Password of that user.', { deprecatedNames: ['http_basic_password'], secret: true }),
}
