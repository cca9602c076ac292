import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second for user space, on every architecture. */
const ticksPerSecond = 100

/** CPU seconds that a process has used so far, its ended children aside. */
export function cpuSecondsOf(pid: number): number {
  return parseCpuSeconds(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

/** Reads the text of /proc/<pid>/stat: user and system time are fields 14 and 15. */
export function parseCpuSeconds(stat: string): number {
  // The second field is the program's name in brackets, which may hold blanks and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  if (!Number.isFinite(ticks)) throw new Error('no CPU times in the status of the process')
  return ticks / ticksPerSecond
}

/** This process and those that it has started, theirs aside: nginx's master and its worker, for one. */
export function familyOf(pid: number): number[] {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
  return [pid, ...children.map(Number)]
}

/** undefined for a process that has gone meanwhile. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
