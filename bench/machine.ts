import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

/** What figures depend on. Nothing here names the machine. */
export interface MachineFacts {
  cores: number
  cpu: string
  memoryGib: number
  kernel: string
  node: string
  nginx: string
  wrk: string
}

export function machineFacts(): MachineFacts {
  const all = cpus()
  return {
    cores: all.length,
    cpu: all[0]?.model.trim() ?? 'unknown',
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.versions.node,
    nginx: versionOf('nginx', '-v', /nginx\/(\S+)/),
    wrk: versionOf('wrk', '-v', /wrk (?:debian\/)?(\S+)/),
  }
}

/** Throws where the program is not installed. */
function versionOf(program: string, option: string, pattern: RegExp): string {
  // Both print on standard error, and wrk fails when asked for its version.
  const command = `command -v ${program} >/dev/null || exit 127; ${program} ${option} 2>&1 || true`
  try {
    return pattern.exec(execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' }))?.[1] ?? 'unknown'
  } catch (error) {
    throw new Error(`${program} is needed (Debian package ${program === 'nginx' ? 'nginx-light' : program})`, {
      cause: error,
    })
  }
}
