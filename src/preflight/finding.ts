/** `info` never fails a preflight, `warning` only a strict one. */
export type Severity = 'error' | 'warning' | 'info'

export const severities: readonly Severity[] = ['error', 'warning', 'info']

/** Something that is wrong, or may be. What it is about is not in the message, so that equal findings can be told together. */
export interface Finding {
  /** Name of the check that found it. */
  check: string
  severity: Severity
  node?: { uuid: string; name: string | null }
  /** Host name as registered. */
  conductor?: string
  /** A file on this host, or the name of a script. */
  file?: string
  /** From 1. */
  line?: number
  message: string
  /** What to do about it. */
  remedy: string
}

/** What a check reports; whose report it is is added. */
export type Report = Omit<Finding, 'check'>
