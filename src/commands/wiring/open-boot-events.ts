import { join, parse } from 'node:path'
import { describeAddress, parseConnectionUrl } from '../../db/connection-url.ts'
import { openBootEventStore } from '../../db/events/open-boot-event-store.ts'
import type { BootEventStore } from '../../model/boot-events.ts'
import { BootringError } from '../../model/errors.ts'
import type { Logger } from '../../observe/logger.ts'
import type { Installation } from '../installation.ts'

type EventSetting = Pick<Installation, 'attached' | 'config' | 'databaseUrl' | 'statePath'>

/**
 * Opens the store of boot events that the options name; `readOnly` for who only looks. undefined where none are kept.
 * Throws `ConfigInvalid`.
 */
export async function openBootEvents(
  installation: EventSetting,
  logger: Logger,
  { readOnly = false }: { readOnly?: boolean } = {},
): Promise<BootEventStore | undefined> {
  const { config } = installation
  if (!config.bootring.boot_events) return undefined
  const poolTimeoutSeconds = config.database.pool_timeout
  return await openBootEventStore({ ...bootEventDatabase(installation), readOnly, poolTimeoutSeconds, logger })
}

/** Where boot events are kept, and whether that is a database of their own. Throws `ConfigInvalid`. */
export function bootEventDatabase({ attached, config, databaseUrl, statePath }: EventSetting): {
  url: string
  isOwn: boolean
} {
  const url = config.bootring.boot_event_connection
  if (url !== undefined) {
    const isSame = databaseUrl !== '' && placeOf(url) === placeOf(databaseUrl)
    if (attached && isSame)
      throw new BootringError(
        'ConfigInvalid',
        "[bootring]boot_event_connection: is Ironic's database, which is never written to",
      )
    return { url, isOwn: !isSame }
  }
  if (attached) return { url: `sqlite:///${join(statePath, 'bootring-events.sqlite')}`, isOwn: true }
  const address = parseConnectionUrl(databaseUrl)
  if (address.engine !== 'sqlite') return { url: databaseUrl, isOwn: false }
  const { dir, name } = parse(address.path)
  return { url: `sqlite:///${join(dir, `${name}-events.sqlite`)}`, isOwn: true }
}

function placeOf(url: string): string {
  return describeAddress(parseConnectionUrl(url))
}
