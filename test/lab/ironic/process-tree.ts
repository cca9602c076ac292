import { readdirSync, readFileSync } from 'node:fs'

/**
 * The children of this process whose command line has all these arguments, and all their descendants, parents first.
 * Ironic's conductor of newer releases is a process that watches another: whoever kills it must kill both.
 */
export function processTree(...args: readonly string[]): number[] {
  const isRoot = (pid: number) => {
    const line = read(`/proc/${pid}/cmdline`).split('\0')
    return args.every((argument) => line.includes(argument))
  }
  return childrenOf(process.pid).filter(isRoot).flatMap(withDescendants)
}

const withDescendants = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(withDescendants)]

function childrenOf(pid: number): number[] {
  let threads: string[]
  try {
    threads = readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
  return threads.flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
