import type { Logger } from '../observe/logger.ts'

/** Fetches a node's kernel or ramdisk that is not on disk; true when it is there now. */
export type OnMissing = (nodeUuid: string, fileName: string) => Promise<boolean>

/** `soon`: still being fetched. */
export type MissingOutcome = 'there' | 'absent' | 'soon'

/** Asks `onMissing` once for each file, however many machines wait for it, and lets none of them wait for too long. */
export function missingImages(onMissing: OnMissing, maxWaitSeconds: number, logger: Logger) {
  const running = new Map<string, Promise<MissingOutcome>>()

  async function fetchOnce(nodeUuid: string, fileName: string): Promise<MissingOutcome> {
    try {
      return (await onMissing(nodeUuid, fileName)) ? 'there' : 'absent'
    } catch (error) {
      logger.error({ err: error, nodeUuid, fileName }, 'missing boot image could not be fetched')
      return 'absent'
    }
  }

  return async (nodeUuid: string, fileName: string): Promise<MissingOutcome> => {
    const key = `${nodeUuid}/${fileName}`
    let fetching = running.get(key)
    if (fetching === undefined) {
      fetching = fetchOnce(nodeUuid, fileName).finally(() => running.delete(key))
      running.set(key, fetching)
    }
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<MissingOutcome>((resolve) => {
      timer = setTimeout(resolve, maxWaitSeconds * 1000, 'soon')
    })
    try {
      return await Promise.race([fetching, tooLong])
    } finally {
      clearTimeout(timer)
    }
  }
}
