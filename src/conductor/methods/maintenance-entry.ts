import type { NewHistoryEntry, NodeChanges, NodeRecord } from '../../model/records.ts'

/** What a node's history says of a change of its maintenance; nothing where that stays as it is. */
export function maintenanceEntry(before: Pick<NodeRecord, 'maintenance'>, changes: NodeChanges): NewHistoryEntry[] {
  const { maintenance, maintenance_reason: reason } = changes
  if (maintenance === undefined || maintenance === before.maintenance) return []
  const event = maintenance ? `Put into maintenance${reason ? `: ${reason}` : ''}` : 'Taken out of maintenance'
  return [{ event, event_type: 'maintenance', severity: 'INFO', user: null }]
}
