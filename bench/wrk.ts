import { runToEnd } from './child.ts'

/** What the load generator saw in one round. */
export interface LoadResult {
  requestsPerSecond: number
  p50Microseconds: number
  p99Microseconds: number
  requests: number
  /** Answers other than 2xx and 3xx, time-outs and broken connections: a round with any of them measures something else. */
  errors: number
}

/**
 * The script for wrk: asks for the paths in a file (one a line, first argument) in random order (seed: second argument),
 * and says at the end what was counted, with more digits than wrk's own report has.
 */
export const wrkScript = `local requests = {}

function init(args)
  math.randomseed(tonumber(args[2]))
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("counted requests=%d microseconds=%d p50=%d p99=%d errors=%d\\n", summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
`

/** Reads the line that the script prints. Throws on output without one. */
export function parseWrkOutput(output: string): LoadResult {
  const line = /^counted (.*)$/m.exec(output)?.[1]
  if (line === undefined) throw new Error(`wrk printed no result:\n${output}`)
  const fields = new Map(line.split(' ').map((field) => field.split('=') as [string, string]))
  const figure = (name: string) => {
    const value = Number(fields.get(name) ?? Number.NaN)
    if (!Number.isFinite(value)) throw new Error(`wrk printed no figure for ${name}: ${line}`)
    return value
  }
  const requests = figure('requests')
  const seconds = figure('microseconds') / 1e6
  if (seconds <= 0) throw new Error(`wrk measured no time: ${line}`)
  return {
    requestsPerSecond: requests / seconds,
    p50Microseconds: figure('p50'),
    p99Microseconds: figure('p99'),
    requests,
    errors: figure('errors'),
  }
}

export interface Load {
  url: string
  scriptFile: string
  pathsFile: string
  connections: number
  seconds: number
  seed: number
}

/** One round from one thread. */
export async function runWrk({ connections, pathsFile, scriptFile, seconds, seed, url }: Load): Promise<LoadResult> {
  const options = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '5s', '--latency']
  const args = [...options, '-s', scriptFile, url, '--', pathsFile, String(seed)]
  return parseWrkOutput(await runToEnd('wrk', args, seconds + 30))
}
