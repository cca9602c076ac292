interface Schema {
  /** `alembic_version.version_num`. */
  head: string
  /** Releases whose newest migration this is. */
  first: string
  last: string
}

/** Ironic's schemas in their order, by what `alembic_version` says, as its tags have them. */
const schemas: readonly Schema[] = [
  { head: '9ef41f07cb58', first: '19.0', last: '21.1' },
  { head: '0ac0f39bc5aa', first: '21.2', last: '21.3' },
  { head: '4dbec778866e', first: '21.4', last: '21.4' },
  { head: '163040c5513f', first: '22.0', last: '22.0' },
  { head: 'd163df1bab88', first: '22.1', last: '22.1' },
  { head: 'aa2384fee727', first: '23.0', last: '24.0' },
  { head: '01f21d5e5195', first: '24.1', last: '26.0' },
  { head: '66bd9c5604d5', first: '26.1', last: '26.1' },
  { head: '6e9cf6acce0b', first: '27.0', last: '28.0' },
  { head: '21c48150dea9', first: '29.0', last: '29.0' },
  { head: '1c14278d6e33', first: '30.0', last: '31.0' },
  { head: '3ef27505c9fb', first: '32.0', last: '32.0' },
  { head: '15e9d00367b0', first: '33.0', last: '33.0' },
  { head: '9f8c7d6e5b4a', first: '34.0', last: '34.0' },
  { head: '2a3b4c5d6e7f', first: '35.0', last: '35.0' },
  { head: 'e2d316b60d9e', first: '36.0', last: '37.0' },
  { head: '16990309ad9d', first: '38.0', last: '38.0' },
  { head: '9fb44677ef15', first: '39.0', last: '39.0' },
]

/** The first release that can do without heartbeats. */
const firstWithoutHeartbeats = 'd163df1bab88'

/** Whether this release of bootring knows the schema. */
export function isKnownSchema(head: string): boolean {
  return schemas.some((schema) => schema.head === head)
}

/** The releases with that schema, e.g. `23.0 to 24.0`; one that is not known can only be a newer one. */
export function releasesOf(head: string): string {
  const schema = schemas.find((one) => one.head === head)
  if (!schema) return `newer than ${schemas.at(-1)?.last}`
  return schema.first === schema.last ? schema.first : `${schema.first} to ${schema.last}`
}

/**
 * Whether Ironic's release, from 22.1 on, takes every conductor that is `online` for alive where it runs on SQLite or
 * has `[conductor]heartbeat_timeout` at 0 or less, and then looks at no heartbeat.
 */
export function mayDoWithoutHeartbeats(head: string): boolean {
  const index = schemas.findIndex((schema) => schema.head === head)
  return index === -1 || index >= schemas.findIndex((schema) => schema.head === firstWithoutHeartbeats)
}
