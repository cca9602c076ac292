import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeAddress, parseConnectionUrl } from './connection-url.ts'

const nothing = {
  host: undefined,
  port: undefined,
  socket: undefined,
  user: undefined,
  password: undefined,
  tls: undefined,
}

describe('parseConnectionUrl', () => {
  it.each([
    ['sqlite:////var/lib/x.sqlite', '/var/lib/x.sqlite'],
    ['sqlite:///x.sqlite', 'x.sqlite'],
    ['sqlite:///folder/x%20y.sqlite', 'folder/x%20y.sqlite'],
    ['sqlite+pysqlite:////x?timeout=5', '/x'],
    ['SQLITE:////x', '/x'],
  ])('%s', (url, path) => {
    expect(parseConnectionUrl(url)).toEqual({ engine: 'sqlite', path })
  })

  it.each(['sqlite://', 'sqlite:///', 'sqlite:///:memory:', 'sqlite:///x?mode=memory'])(
    'refuses %s: no file',
    (url) => {
      expect(() => parseConnectionUrl(url)).toThrow(/in memory is not supported/)
    },
  )

  it.each([
    [
      'mysql+pymysql://u:p@h:3307/db?charset=utf8mb4',
      { engine: 'mysql', host: 'h', port: 3307, user: 'u', password: 'p', database: 'db' },
    ],
    ['mysql://h/db', { engine: 'mysql', host: 'h', database: 'db' }],
    ['mariadb+pymysql://h/db', { engine: 'mysql', host: 'h', database: 'db' }],
    ['postgresql+psycopg2://u@h/db', { engine: 'postgresql', host: 'h', user: 'u', database: 'db' }],
    ['postgresql:///db', { engine: 'postgresql', database: 'db' }],
    [
      'postgresql://ir%40n:p%3A%2F%3F%23%25@h/db',
      { engine: 'postgresql', host: 'h', user: 'ir@n', password: 'p:/?#%', database: 'db' },
    ],
    ['postgresql://u:a:b:c@h/db', { engine: 'postgresql', host: 'h', user: 'u', password: 'a:b:c', database: 'db' }],
    ['postgresql://u:p/q+r@h/db', { engine: 'postgresql', host: 'h', user: 'u', password: 'p/q+r', database: 'db' }],
    ['postgresql://u:@h/db', { engine: 'postgresql', host: 'h', user: 'u', password: '', database: 'db' }],
    [
      'postgresql://u:p@[2001:db8::1]:5433/db',
      { engine: 'postgresql', host: '2001:db8::1', port: 5433, user: 'u', password: 'p', database: 'db' },
    ],
    ['mysql://u:p@[::1]/db', { engine: 'mysql', host: '::1', user: 'u', password: 'p', database: 'db' }],
    [
      'mysql://u@/db?unix_socket=/run/mysqld/mysqld.sock',
      { engine: 'mysql', user: 'u', socket: '/run/mysqld/mysqld.sock', database: 'db' },
    ],
    [
      'postgresql://u@/db?host=/run/postgresql&port=5433',
      { engine: 'postgresql', user: 'u', socket: '/run/postgresql', port: 5433, database: 'db' },
    ],
    [
      'postgresql:///db?host=h&user=u&password=p',
      { engine: 'postgresql', host: 'h', user: 'u', password: 'p', database: 'db' },
    ],
  ])('%s', (url, expected) => {
    expect(parseConnectionUrl(url)).toEqual({ ...nothing, ...expected })
  })

  it.each([
    ['mysql+pymysql://h/db?ssl_ca=/ca.pem', { verifyCertificate: true, verifyHostName: true, caFile: '/ca.pem' }],
    ['mysql+pymysql://h/db?ssl=true', { verifyCertificate: false, verifyHostName: true }],
    [
      'mysql+pymysql://h/db?ssl_ca=/ca.pem&ssl_check_hostname=false&ssl_cert=/c.pem&ssl_key=/k.pem',
      { verifyCertificate: true, verifyHostName: false, caFile: '/ca.pem', certFile: '/c.pem', keyFile: '/k.pem' },
    ],
    ['postgresql://h/db?sslmode=require', { verifyCertificate: false, verifyHostName: false }],
    [
      'postgresql://h/db?sslmode=verify-ca&sslrootcert=/ca.pem',
      { verifyCertificate: true, verifyHostName: false, caFile: '/ca.pem' },
    ],
    ['postgresql://h/db?sslmode=verify-full', { verifyCertificate: true, verifyHostName: true }],
    ['postgresql://h/db?sslmode=disable', undefined],
    ['mysql://h/db', undefined],
  ])('TLS of %s', (url, expected) => {
    expect(parseConnectionUrl(url)).toMatchObject({ tls: expected })
  })

  it.each([
    '',
    'db',
    'oracle://u:s3cret@h/db',
    'mysql://u:s3cret@h',
    'mysql://u:s3cret@h/',
    'mysql://u:s3cret@h:port/db',
    'mysql://u:s3cret@h:0/db',
    'mysql://u:s3cret@h:65536/db',
    'mysql://u:s3cret@host@h/db',
    'mysql://u:s3cret%@h/db',
    'mysql://u:s3cret%zz@h/db',
    'mysql://u:12@s3cret/x@h/db',
    'mysql://u:s3cret@[::1/db',
    'postgresql://u:s3cret@h/db?sslmode=perhaps',
    'sqlite://u:s3cret@h/db',
  ])('refuses %s, and does not repeat it', (url) => {
    let error: unknown
    try {
      parseConnectionUrl(url)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'ConfigInvalid', message: expect.not.stringContaining('s3cret') })
  })

  it('reads back any user and password that were escaped', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(text, text, (user, password) => {
        const url = `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@h:1/db`
        expect(parseConnectionUrl(url)).toMatchObject({ user, password, host: 'h', port: 1 })
      }),
    )
  })

  it('answers any text with an address or ConfigInvalid', () => {
    const url = fc.tuple(
      fc.constantFrom('sqlite:', 'mysql:', 'mysql+pymysql:', 'postgresql:', ''),
      fc.string({ unit: fc.constantFrom('/', ':', '@', '[', ']', '?', '%', 'a', '1', '=', '&', '\n', 'ü') }),
    )
    fc.assert(
      fc.property(url, ([scheme, rest]) => {
        try {
          expect(parseConnectionUrl(`${scheme}//${rest}`)).toHaveProperty('engine')
        } catch (error) {
          expect(error).toMatchObject({ code: 'ConfigInvalid' })
        }
      }),
    )
  })
})

describe('describeAddress', () => {
  it.each([
    ['sqlite:////x/y', 'sqlite /x/y'],
    ['mysql://u:s3cret@[::1]:3307/db', 'mysql db at [::1]:3307'],
    ['postgresql://u:s3cret@h/db', 'postgresql db at h'],
    ['postgresql://u:s3cret@/db', 'postgresql db at localhost'],
    ['mysql://u:s3cret@/db?unix_socket=/x.sock', 'mysql db at /x.sock'],
  ])('of %s is %s', (url, expected) => {
    expect(describeAddress(parseConnectionUrl(url))).toBe(expected)
  })
})
