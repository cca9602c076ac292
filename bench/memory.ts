import { readFileSync } from 'node:fs'

/** Memory of a process, in MiB. */
export interface Memory {
  /** Resident set: what counts against the target. */
  resident: number
  /** The part of it that is the process's own: heap and stacks. The rest is files that the kernel could drop at any time. */
  own: number
  /** The largest resident set so far. */
  peak: number
}

/** Of a running process, from /proc. */
export function memoryOf(pid: number): Memory {
  return parseMemory(readFileSync(`/proc/${pid}/status`, 'utf8'))
}

/** Reads the text of /proc/<pid>/status. */
export function parseMemory(status: string): Memory {
  const mebibytes = (field: string) => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
    if (kibibytes === undefined) throw new Error(`no ${field} in the status of the process`)
    return Number(kibibytes) / 1024
  }
  return { resident: mebibytes('VmRSS'), own: mebibytes('RssAnon'), peak: mebibytes('VmHWM') }
}
