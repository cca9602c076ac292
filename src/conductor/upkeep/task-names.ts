/** What a conductor does from time to time, as metrics call it. */
export const upkeepTaskNames = [
  'boot files',
  'waits',
  'work that was left',
  'power',
  'power failures',
  'node history',
] as const
export type UpkeepTaskName = (typeof upkeepTaskNames)[number]
