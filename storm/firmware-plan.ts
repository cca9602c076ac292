/*
 * What the program that simulates the firmware is given, and what it says of each boot: one line of JSON each. Times are
 * milliseconds since the storm began.
 */

export interface FirmwarePlan {
  /** Root scripts, which DHCP hands out: one is asked for by each machine. */
  rootScripts: readonly string[]
  boots: readonly PlannedBoot[]
  /** Addresses that machines connect from, in turn. */
  localAddresses: readonly string[]
  /** Boots that have not ended by then are lost. */
  deadlineMs: number
  /** Where the records go. */
  recordFile: string
}

export interface PlannedBoot {
  machine: string
  macs: readonly string[]
  firmware: 'bios' | 'uefi'
  rootScript: number
  /** When it is switched on. */
  atMs: number
}

/** One file that a machine has loaded. */
export interface LoadedFile {
  url: string
  bytes: number
  crc32: number
}

export interface BootRecord {
  machine: string
  onMs: number
  /** When it had its first script; undefined: it never got one. */
  firstScript?: {
    atMs: number
    /** Of its own: the script's `sleep`s, and what `Retry-After` told it. */
    pausedMs: number
  }
  /** The script that it booted from: the last one. */
  script?: { url: string; text: string }
  bootedMs?: number
  kernel?: LoadedFile
  initrd?: LoadedFile
  /** How long each request for a boot script took that got an answer: time of the answer, milliseconds, status. */
  scriptRequests: [atMs: number, ms: number, status: number][]
  requests: number
  /** Requests that got no answer, or another one than a file or a 404. */
  failures: number
  /** Times that a server told it to wait. */
  toldToWait: number
  pausedMs: number
  /** Why there was no boot. */
  lost?: string
}
