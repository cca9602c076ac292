import { printable } from '../model/printable.ts'

/** A line as pino writes it, parsed. */
interface Line {
  level: string
  /** ISO 8601. */
  time: string
  msg?: unknown
  err?: { stack?: unknown; message?: unknown }
  [field: string]: unknown
}

/** ANSI codes. */
const levelColors = new Map([
  ['debug', '90'],
  ['info', '32'],
  ['warn', '33'],
  ['error', '31'],
  ['fatal', '31;1'],
])

/**
 * One of pino's JSON lines as a person reads it: `21:46:03.123 INFO  boot refused mac=52:54:… code=PortNotFound`, an
 * error's stack on the lines below. Control characters of values arrive escaped: a client can't write to the terminal.
 */
export function textLine(json: string, color: boolean): string {
  const line = parsed(json)
  if (line === undefined) return json
  const { level, time, msg, err, ...fields } = line
  const paint = (code: string, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
  const parts = [paint('90', clock(time)), paint(levelColors.get(level) ?? '90', level.toUpperCase().padEnd(5))]
  if (msg !== undefined) parts.push(printable(String(msg)))
  for (const [name, value] of Object.entries(fields)) parts.push(`${paint('36', name)}=${shown(value)}`)
  let text = parts.join(' ')
  if (err !== undefined) {
    const stack = String(err.stack ?? err.message ?? JSON.stringify(err))
    for (const stackLine of stack.split('\n')) text += `\n    ${printable(stackLine)}`
  }
  return `${text}\n`
}

function parsed(json: string): Line | undefined {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Local time of day. */
function clock(time: string): string {
  const date = new Date(time)
  const two = (value: number) => String(value).padStart(2, '0')
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`
}

/** Plain words stay as they are, everything else is written as JSON. */
function shown(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)) return value
  // JSON leaves the upper control characters and the bidirectional marks as they are.
  return printable(JSON.stringify(value))
}
