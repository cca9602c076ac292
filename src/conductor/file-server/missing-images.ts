import type { ImageBytes } from '../../ipxe/image-arrival.ts'
import { isNoRoom } from '../../ipxe/image-room.ts'
import type { AwaitedImage } from '../../ipxe/image-store.ts'
import { BootringError } from '../../model/errors.ts'
import { LogBudget } from '../../observe/log-budget.ts'
import type { Logger } from '../../observe/logger.ts'

/** Begins to fetch a node's kernel or ramdisk that is not on disk; undefined where the node has no such image. */
export type OnMissing = (nodeUuid: string, fileName: string) => Promise<AwaitedImage | undefined>

/** `soon`: still being fetched, and not to be read yet; or nobody can say now what to fetch. Bytes have to be read or cancelled. */
export type MissingOutcome = 'there' | 'absent' | 'soon' | ImageBytes

const isDatabaseUnavailable = (error: unknown) => error instanceof BootringError && error.code === 'DatabaseUnavailable'

/** Any client can cause these lines: one a second, after a few at once. */
const linesPerSecond = 1
const linesAtOnce = 10

/** Asks `onMissing` once for each file, however many machines wait for it, and lets none of them wait for too long. */
export function missingImages(onMissing: OnMissing, maxWaitSeconds: number, logger: Logger) {
  const awaited = new Map<string, Promise<AwaitedImage | undefined>>()
  const budget = new LogBudget(linesPerSecond, linesAtOnce)

  function report(error: unknown, nodeUuid: string, fileName: string): void {
    const suppressed = budget.take()
    if (suppressed === undefined) return
    const fields = { err: error, nodeUuid, fileName, ...(suppressed === 0 ? {} : { suppressed }) }
    if (isNoRoom(error)) logger.error(fields, 'no room for a missing boot image: sending it without keeping a copy')
    else logger.error(fields, 'missing boot image could not be fetched')
  }

  /** Kept until the fetch is over: who asks meanwhile costs nothing. */
  function find(nodeUuid: string, fileName: string): Promise<AwaitedImage | undefined> {
    const key = `${nodeUuid}/${fileName}`
    const running = awaited.get(key)
    if (running) return running
    const found = onMissing(nodeUuid, fileName)
    awaited.set(key, found)
    found
      .then((image) => image?.ready)
      .catch((error: unknown) => report(error, nodeUuid, fileName))
      .finally(() => awaited.delete(key))
    return found
  }

  async function outcomeOf(nodeUuid: string, fileName: string): Promise<MissingOutcome> {
    let image: AwaitedImage | undefined
    try {
      image = await find(nodeUuid, fileName)
      if (image === undefined) return 'absent'
      const arriving = image.arriving()
      const there = image.ready.then(() => 'there' as const)
      return (await Promise.race([there, arriving])) ?? (await there)
    } catch (error) {
      // Written to the log once, above.
      if (image === undefined) return isDatabaseUnavailable(error) ? 'soon' : 'absent'
      if (!isNoRoom(error)) return 'absent'
    }
    try {
      return (await image.direct()) ?? 'soon'
    } catch (error) {
      report(error, nodeUuid, fileName)
      return 'absent'
    }
  }

  return async (nodeUuid: string, fileName: string): Promise<MissingOutcome> => {
    let isLate = false
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<MissingOutcome>((resolve) => {
      timer = setTimeout(() => {
        isLate = true
        resolve('soon')
      }, maxWaitSeconds * 1000)
    })
    const outcome = outcomeOf(nodeUuid, fileName)
    try {
      return await Promise.race([outcome, tooLong])
    } finally {
      clearTimeout(timer)
      // Nobody reads what comes now.
      if (isLate)
        outcome.then(
          (late) => typeof late === 'string' || late.cancel(),
          () => undefined,
        )
    }
  }
}
