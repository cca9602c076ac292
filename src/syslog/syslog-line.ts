/** What of a datagram is looked at: RFC 3164 allows 1,024 bytes, RFC 5424 asks for 2,048 to be taken. */
const maxBytes = 2048
/** What is kept of the line. */
const maxCharacters = 1000
const maxAppCharacters = 48
const severities = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'] as const
export type SyslogSeverity = (typeof severities)[number]

/** One line that a machine has logged. */
export interface SyslogLine {
  /** undefined where it does not say. */
  severity: SyslogSeverity | undefined
  /** The program that says it, e.g. `ipxe` or `kernel`. */
  app: string | undefined
  text: string
}

const rfc5424 = /^1 \S+ \S+ (\S+) (\S+) \S+ (?:-|(?:\[(?:[^\]"\\]|"(?:[^"\\]|\\.)*"|\\.)*\])+)(?: (.*))?$/s
const rfc3164Time = /^[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} /
/** The program's name, with the number of its process; before it a host name, or nothing. */
const tagged = /^([\w./-]+)(?:\[[^\]]*\])?: ?(.*)$/s
const host = /^[\w.:-]+ /

/**
 * Reads a datagram as syslog of RFC 5424 or 3164, or whatever firmware takes for it: what can't be told apart is text. Nothing that is
 * not printable gets through. undefined where there is nothing to read.
 */
export function parseSyslog(datagram: Uint8Array): SyslogLine | undefined {
  const whole = new TextDecoder().decode(datagram.subarray(0, maxBytes))
  const [head = '', priority] = /^<(\d{1,3})>/.exec(whole) ?? []
  const known = priority !== undefined && Number(priority) < 192
  const severity = known ? severities[Number(priority) % severities.length] : undefined
  const rest = known ? whole.slice(head.length) : whole
  const { app, text } = modern(rest) ?? traditional(rest)
  const line = plain(text, maxCharacters)
  if (line === '') return undefined
  return { severity, app: app === undefined || app === '-' ? undefined : plain(app, maxAppCharacters), text: line }
}

function modern(rest: string): { app: string | undefined; text: string } | undefined {
  const [found, app, processId, text = ''] = rfc5424.exec(rest) ?? []
  if (found === undefined || processId === undefined) return undefined
  return { app, text: text.replace(/^\uFEFF/, '') }
}

function traditional(rest: string): { app: string | undefined; text: string } {
  const untimed = rest.replace(rfc3164Time, '')
  const [, app, text] = tagged.exec(untimed) ?? tagged.exec(untimed.replace(host, '')) ?? []
  return text === undefined ? { app: undefined, text: untimed } : { app, text }
}

/** On one line; of what steers terminals or hides in them nothing is left. */
function plain(text: string, characters: number): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]+/gu, ' ').trim()
  return [...visible.slice(0, 2 * characters)].slice(0, characters).join('')
}
