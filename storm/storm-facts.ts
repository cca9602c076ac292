import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import type { StormOptions } from './options.ts'

/** What a storm's figures depend on. Nothing here names the machine. */
export interface StormFacts {
  options: StormOptions
  machine: { cores: number; cpu: string; memoryGib: number; kernel: string; node: string; qemu: string }
}

export function stormFacts(options: StormOptions): StormFacts {
  const all = cpus()
  const qemu = execFileSync('qemu-system-x86_64', ['--version'], { encoding: 'utf8' })
  return {
    options,
    machine: {
      cores: all.length,
      cpu: all[0]?.model.trim() ?? 'unknown',
      memoryGib: Math.round(totalmem() / 1024 ** 3),
      kernel: release(),
      node: process.versions.node,
      qemu: /version (\S+)/.exec(qemu)?.[1] ?? 'unknown',
    },
  }
}
