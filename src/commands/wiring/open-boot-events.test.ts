import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../config/load.ts'
import { bootEventDatabase } from './open-boot-events.ts'

function databaseFor(databaseUrl: string, connection?: string, attached = false) {
  const overrides = { bootring: { ...(connection === undefined ? {} : { boot_event_connection: connection }) } }
  const { config } = loadConfig({ files: [], env: {}, overrides })
  return bootEventDatabase({ attached, config, databaseUrl, statePath: '/var/lib/bootring' })
}

describe('the database of boot events', () => {
  it('is a file beside a SQLite database, and else the same database', () => {
    expect(databaseFor('sqlite:////srv/fleet.sqlite')).toEqual({
      url: 'sqlite:////srv/fleet-events.sqlite',
      isOwn: true,
    })
    const server = 'postgresql://user:secret@db/bootring'
    expect(databaseFor(server)).toEqual({ url: server, isOwn: false })
  })

  it('is what the option says, and gets its table there', () => {
    const events = 'mysql+pymysql://user:secret@db/events'
    expect(databaseFor('sqlite:////srv/fleet.sqlite', events)).toEqual({ url: events, isOwn: true })
    expect(databaseFor('mysql://other:word@db/events', events)).toEqual({ url: events, isOwn: false })
  })

  it("is never Ironic's", () => {
    const ironic = 'mysql+pymysql://ironic:secret@db/ironic'
    const own = { url: 'sqlite:////var/lib/bootring/bootring-events.sqlite', isOwn: true }
    expect(databaseFor(ironic, undefined, true)).toEqual(own)
    expect(() => databaseFor(ironic, 'mysql://bootring:other@db/ironic', true)).toThrow(/never written to/)
  })
})
