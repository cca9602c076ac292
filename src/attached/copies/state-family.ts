import type { BootFileState } from '../../model/provision-states.ts'

/** What a node is going through. Ironic writes its boot files at the beginning, and removes them at the end. */
const stateFamilies = ['clean', 'deploy', 'inspect', 'rescue', 'service'] as const

export type StateFamily = (typeof stateFamilies)[number]

const familyOfState: ReadonlyMap<string, StateFamily> = new Map<string, StateFamily>([
  ['cleaning', 'clean'],
  ['clean wait', 'clean'],
  ['clean hold', 'clean'],
  ['deploying', 'deploy'],
  ['wait call-back', 'deploy'],
  ['deploy hold', 'deploy'],
  ['inspecting', 'inspect'],
  ['inspect wait', 'inspect'],
  ['rescuing', 'rescue'],
  ['rescue wait', 'rescue'],
  ['servicing', 'service'],
  ['service wait', 'service'],
  ['service hold', 'service'],
])

/** For diskless machines the last file that deploying writes is the one that they boot from while active. */
const deployedDiskless: ReadonlySet<string> = new Set(['active', 'adopting', 'unrescuing'])

/** undefined in states for which Ironic keeps no boot files, though some may have been left behind. */
export function stateFamily({ deployInterface, provisionState }: BootFileState): StateFamily | undefined {
  if (provisionState === null) return undefined
  if (deployInterface === 'ramdisk' && deployedDiskless.has(provisionState)) return 'deploy'
  return familyOfState.get(provisionState)
}

export function isStateFamily(text: unknown): text is StateFamily {
  return (stateFamilies as readonly unknown[]).includes(text)
}
