import { useEffect, useMemo } from 'preact/hooks'
import { useStore } from '../store.ts'
import { LiveBoots, type LiveBootsState } from './live-boots.ts'

/**
 * The newest boots of all machines or of one node, as they go on; and the switch that holds them still. Nothing is asked
 * until it is known that boots are kept.
 */
export function useLiveBoots(
  nodeUuid: string | undefined,
  areKept: boolean | undefined,
): LiveBootsState & { pause(paused: boolean): void } {
  const live = useMemo(() => {
    if (nodeUuid === undefined) return new LiveBoots('limit=200', () => true)
    return new LiveBoots(`limit=20&node=${nodeUuid}`, (boot) => boot.node_uuid === nodeUuid)
  }, [nodeUuid])
  useEffect(() => {
    if (areKept !== true) return
    live.start()
    return () => live.stop()
  }, [live, areKept])
  return { ...useStore(live.state), pause: (paused) => live.pause(paused) }
}
