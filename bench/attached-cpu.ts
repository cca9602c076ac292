import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** Who uses the processors: what takes part in the run, the load generators and the measuring, and the rest of the machine. */
export const cpuGroups = ['database', 'ironic', 'bootring api', 'bootring conductor', 'load', 'others'] as const
export type CpuGroup = (typeof cpuGroups)[number]
export type CpuSeconds = Record<CpuGroup, number>

interface ProcessTimes {
  pid: number
  parent: number
  /** User and system time, in seconds. */
  own: number
  /** The same of its children that have ended. */
  ended: number
}

/** CPU seconds used so far by this process and all that it has started, by group; `others` is all else on the machine. */
export function cpuSecondsByGroup(root = process.pid): CpuSeconds {
  const sums = Object.fromEntries(cpuGroups.map((group) => [group, 0])) as CpuSeconds
  const children = Map.groupBy(allProcesses(), ({ parent }) => parent)
  let all = 0
  const add = (group: CpuGroup, seconds: number) => {
    sums[group] += seconds
    all += seconds
  }
  const walk = (pid: number) => {
    for (const child of children.get(pid) ?? []) {
      add(groupOf(read(`/proc/${child.pid}/cmdline`)), child.own)
      walk(child.pid)
    }
  }
  walk(root)
  const self = parseProcess(read(`/proc/${root}/stat`))
  add('load', (self?.own ?? 0) + (self?.ended ?? 0))
  // The kernel counts the two in different ways, so that the difference may be a little below what it should be.
  sums.others = parseBusySeconds(read('/proc/stat')) - all
  return sums
}

/** By the command line, whose arguments end with a NUL each. */
export function groupOf(commandLine: string): CpuGroup {
  const words = commandLine.split('\0')
  const runs = (name: string) => words.some((word) => word.endsWith(`/${name}`))
  if (runs('mariadbd')) return 'database'
  if (runs('ironic-api') || runs('ironic-conductor')) return 'ironic'
  if (words.includes('--attached')) return words.includes('conductor') ? 'bootring conductor' : 'bootring api'
  return 'load'
}

/** Reads /proc/<pid>/stat; undefined for the text of a process that has gone. */
export function parseProcess(stat: string): ProcessTimes | undefined {
  const pid = Number.parseInt(stat, 10)
  // The second field is the program's name in brackets, which may hold blanks and brackets itself.
  const [, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const seconds = (first: number) => (Number(fields[first]) + Number(fields[first + 1])) / ticksPerSecond
  const found = { pid, parent: Number(parent), own: seconds(9), ended: seconds(11) }
  return Object.values(found).every(Number.isFinite) ? found : undefined
}

/** CPU seconds of the whole machine since its start, from /proc/stat: all but idling and waiting for disks. */
export function parseBusySeconds(stat: string): number {
  const [user, nice, system, , , interrupts, softInterrupts] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '')
    .split(' ')
    .map(Number)
  const ticks = [user, nice, system, interrupts, softInterrupts].reduce<number>((sum, n) => sum + (n ?? Number.NaN), 0)
  if (!Number.isFinite(ticks)) throw new Error('no CPU times of the machine')
  return ticks / ticksPerSecond
}

function allProcesses(): ProcessTimes[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => parseProcess(read(`/proc/${pid}/stat`)) ?? [])
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
