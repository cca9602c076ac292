import { BootringError } from '../model/errors.ts'

/** A file. */
export interface SqliteAddress {
  engine: 'sqlite'
  /** As the URL says it: absolute, or relative to the working directory. */
  path: string
}

/** A server. Certificates are paths of PEM files. */
export interface ServerAddress {
  engine: 'postgresql' | 'mysql'
  /** Name or address without brackets; undefined: the engine's default. */
  host: string | undefined
  port: number | undefined
  /** Unix socket: of PostgreSQL the folder that holds it, of MySQL the file itself. */
  socket: string | undefined
  user: string | undefined
  password: string | undefined
  database: string
  tls: TlsSettings | undefined
}

export interface TlsSettings {
  /** False: encrypted, but to whomever answers. */
  verifyCertificate: boolean
  /** False: any certificate of a trusted CA will do. */
  verifyHostName: boolean
  caFile: string | undefined
  certFile: string | undefined
  keyFile: string | undefined
}

export type DatabaseAddress = SqliteAddress | ServerAddress

const engines: Record<string, 'sqlite' | 'postgresql' | 'mysql'> = {
  sqlite: 'sqlite',
  postgresql: 'postgresql',
  postgres: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mysql',
}

const serverPattern =
  /^(?:(?<user>[^:/]*)(?::(?<password>[^@]*))?@)?(?:\[(?<ipv6>[^\]/?@]+)\]|(?<host>[^/:?@]*))(?::(?<port>[^/?]*))?(?:\/(?<database>[^?/@]*))?(?:\?(?<query>.*))?$/

const escapeHint = 'write @ : / ? # % in user and password as %XX'

/**
 * Reads SQLAlchemy's URL form: `dialect[+driver]://user:password@host:port/database?key=value`. The driver is Python's
 * business and is ignored. Throws `ConfigInvalid`; its message never contains the URL, which may hold a password.
 */
export function parseConnectionUrl(url: string): DatabaseAddress {
  const scheme = /^([a-z0-9]+)(?:\+[a-z0-9_]+)?:\/\//i.exec(url)
  const engine = scheme && engines[(scheme[1] as string).toLowerCase()]
  if (!engine) {
    throw invalid('expected sqlite:////path, mysql+pymysql://… or postgresql+psycopg2://…')
  }
  const rest = url.slice(scheme[0].length)
  return engine === 'sqlite' ? parseSqlite(rest) : parseServer(engine, rest)
}

/** Where the database is, for messages: never with user or password. */
export function describeAddress(address: DatabaseAddress): string {
  if (address.engine === 'sqlite') return `sqlite ${address.path}`
  const host = address.host?.includes(':') ? `[${address.host}]` : (address.host ?? 'localhost')
  const place = address.socket ?? (address.port === undefined ? host : `${host}:${address.port}`)
  return `${address.engine} ${address.database} at ${place}`
}

function invalid(problem: string): BootringError {
  return new BootringError('ConfigInvalid', `[database]connection: ${problem}`)
}

function parseSqlite(rest: string): SqliteAddress {
  const [path = '', query] = rest.split('?', 2)
  if (path === '' || path === '/' || path === '/:memory:' || query?.includes('mode=memory')) {
    throw invalid('SQLite in memory is not supported, as processes share the database; name a file: sqlite:////path')
  }
  if (!path.startsWith('/')) {
    throw invalid('SQLite has no host: sqlite:///relative/path or sqlite:////absolute/path')
  }
  return { engine: 'sqlite', path: path.slice(1) }
}

function parseServer(engine: 'postgresql' | 'mysql', rest: string): ServerAddress {
  const parts = serverPattern.exec(rest)?.groups
  if (!parts) throw invalid(`expected ${engine}://user:password@host:port/database; ${escapeHint}`)
  const query = new URLSearchParams(parts.query ?? '')
  const database = parts.database || query.get('dbname') || query.get('database')
  if (!database) throw invalid(`no database name: ${engine}://user:password@host:port/database`)
  const hostParameter = query.get('host') ?? undefined
  const hostIsSocket = hostParameter?.startsWith('/') ?? false
  const port = parts.port || query.get('port') || undefined
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    // What stands there may be the rest of a password with an unescaped "@" or "/" in it.
    throw invalid(`the port is not a number from 1 to 65535; ${escapeHint}`)
  }
  return {
    engine,
    host: parts.ipv6 ?? ((hostIsSocket ? undefined : hostParameter) || parts.host || undefined),
    port: port === undefined ? undefined : Number(port),
    socket: query.get('unix_socket') ?? (hostIsSocket ? hostParameter : undefined),
    user: parts.user ? decode(parts.user, 'user') : (query.get('user') ?? undefined),
    password: parts.password === undefined ? (query.get('password') ?? undefined) : decode(parts.password, 'password'),
    database,
    tls: engine === 'mysql' ? mysqlTls(query) : postgresqlTls(query),
  }
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid(`the ${what} has a % that is not followed by two hexadecimal digits`)
  }
}

/** PyMySQL's parameters. */
function mysqlTls(query: URLSearchParams): TlsSettings | undefined {
  const files = tlsFiles(query, 'ssl_ca', 'ssl_cert', 'ssl_key')
  const wanted = query.has('ssl')
    ? isTrue(query.get('ssl'))
    : files.caFile !== undefined || files.certFile !== undefined
  if (!wanted) return undefined
  return {
    ...files,
    verifyCertificate: isTrue(query.get('ssl_verify_cert') ?? String(files.caFile !== undefined)),
    verifyHostName: isTrue(query.get('ssl_check_hostname') ?? query.get('ssl_verify_identity') ?? 'true'),
  }
}

/** libpq's parameters. `prefer` and `allow`, which fall back to clear text, are read as `disable`. */
function postgresqlTls(query: URLSearchParams): TlsSettings | undefined {
  const files = tlsFiles(query, 'sslrootcert', 'sslcert', 'sslkey')
  const mode = query.get('sslmode') ?? 'prefer'
  if (!['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'].includes(mode)) {
    throw invalid('sslmode is none of disable, allow, prefer, require, verify-ca, verify-full')
  }
  if (['disable', 'allow', 'prefer'].includes(mode)) return undefined
  return {
    ...files,
    // As libpq does it: require with a root certificate means verify-ca.
    verifyCertificate: mode !== 'require' || files.caFile !== undefined,
    verifyHostName: mode === 'verify-full',
  }
}

function tlsFiles(query: URLSearchParams, ca: string, cert: string, key: string) {
  return {
    caFile: query.get(ca) ?? undefined,
    certFile: query.get(cert) ?? undefined,
    keyFile: query.get(key) ?? undefined,
  }
}

function isTrue(text: string | null): boolean {
  return ['1', 'true', 'yes', 'on'].includes((text ?? '').toLowerCase())
}
