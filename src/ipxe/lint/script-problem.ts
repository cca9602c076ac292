/** What is wrong with a script, or may be. */
export interface ScriptProblem {
  /** Short name of the rule, e.g. `undefined-label`. */
  rule: string
  /** `error`: iPXE will not do what the script says; `warning`: some builds will not, or it is hardly meant; `info`: it does no harm. */
  severity: 'error' | 'warning' | 'info'
  /** From 1. */
  line: number
  message: string
  remedy: string
}
