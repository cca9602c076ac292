/** The part of V8's .cpuprofile format that is used here. Times are in microseconds of the monotonic clock. */
export interface CpuProfile {
  startTime: number
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  samples: number[]
  timeDeltas: number[]
}

/** A function or a part, and its own share (0 to 1) of the busy time. */
export interface Share {
  name: string
  share: number
}

export interface ProfileSummary {
  /** Share of the whole time in which the process had nothing to do. */
  idle: number
  parts: Share[]
  functions: Share[]
}

/** What happened between two moments of the monotonic clock. `root` is the folder that source paths are shown relative to. */
export function summarizeProfile(
  profile: CpuProfile,
  window: { fromMicroseconds: number; toMicroseconds: number },
  root: string,
): ProfileSummary {
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]))
  const parts = new Map<string, number>()
  const functions = new Map<string, number>()
  let idle = 0
  let busy = 0
  let at = profile.startTime
  profile.samples.forEach((id, index) => {
    at += profile.timeDeltas[index] ?? 0
    if (at < window.fromMicroseconds || at > window.toMicroseconds) return
    // A sample stands for the time until the next one.
    const duration = Math.max(0, profile.timeDeltas[index + 1] ?? 0)
    const frame = frames.get(id)
    if (frame === undefined) return
    if (frame.functionName === '(idle)') {
      idle += duration
      return
    }
    busy += duration
    const file = shortPath(frame.url, root)
    add(parts, partOf(frame.functionName, file), duration)
    const place = file === '' ? '' : ` ${file}:${frame.lineNumber + 1}`
    add(functions, `${frame.functionName || '(anonymous)'}${place}`, duration)
  })
  return {
    idle: idle + busy === 0 ? 0 : idle / (idle + busy),
    parts: shares(parts, busy),
    functions: shares(functions, busy),
  }
}

function shortPath(url: string, root: string): string {
  const path = url.replace(/^file:\/\//, '')
  const inRoot = path.startsWith(root) ? path.slice(root.length).replace(/^\//, '') : path
  return inRoot.replace(/^node_modules\//, '')
}

/** Which part of the whole a function belongs to. */
function partOf(functionName: string, file: string): string {
  if (functionName === '(garbage collector)') return 'garbage collector'
  if (functionName === '(program)') return 'native code: system calls, libuv'
  const own = /^src\/([^/]+)/.exec(file)?.[1]
  if (own !== undefined) return `bootring ${own}`
  const node = /^node:(?:internal\/)?([^/:]+)/.exec(file)?.[1]
  if (node !== undefined) return `Node ${node.replace(/^_/, '').replace(/_.*$/, '')}`
  if (file === '') return 'native functions: SQLite, stat, writing'
  return file.split('/')[0] as string
}

function add(sums: Map<string, number>, name: string, duration: number): void {
  sums.set(name, (sums.get(name) ?? 0) + duration)
}

/** The largest first. */
function shares(sums: Map<string, number>, total: number): Share[] {
  return [...sums].map(([name, sum]) => ({ name, share: sum / total })).sort((a, b) => b.share - a.share)
}
