import { spawnSync } from 'node:child_process'

/** What is missing for Prometheus's own tool. */
export const missingPromtool =
  spawnSync('promtool', ['--version']).error === undefined ? undefined : 'promtool (Debian: prometheus)'

/** What the tool says; empty where it finds nothing to say. Throws where it fails without a word. */
export function promtool(args: readonly string[], input = ''): string {
  const { status, stderr, stdout } = spawnSync('promtool', args, { input, encoding: 'utf8' })
  const said = stdout + stderr
  if (status !== 0 && said === '') throw new Error(`promtool ${args.join(' ')} ended with ${status}`)
  return said
}
