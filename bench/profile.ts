import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CpuProfile, type ProfileSummary, summarizeProfile } from './cpu-profile.ts'
import { type Installation, startService } from './instance.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

export interface ProfiledProcess extends ProfileSummary {
  process: 'serve' | 'api' | 'conductor'
}

/** Runs `load` against freshly started processes under V8's sampling profiler, and says where their time went. */
export async function profileService(
  kind: 'serve' | 'api',
  installation: Installation,
  folder: string,
  load: (url: string) => Promise<unknown>,
): Promise<ProfiledProcess[]> {
  await mkdir(folder, { recursive: true })
  const service = await startService('profile', kind, installation, ['--cpu-prof', `--cpu-prof-dir=${folder}`])
  let window: { fromMicroseconds: number; toMicroseconds: number }
  try {
    // Once for the compiler, once for the figures.
    await load(service.url)
    const fromMicroseconds = monotonicMicroseconds()
    await load(service.url)
    window = { fromMicroseconds, toMicroseconds: monotonicMicroseconds() }
  } finally {
    await Promise.all(service.children.map((child) => child.end()))
  }
  const pids = new Map(service.children.map((child, index) => [child.pid, index]))
  const found: ProfiledProcess[] = []
  for (const name of await readdir(folder)) {
    // CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile; thread 0 is the main one.
    const [, pid, thread] = /\.(\d+)\.(\d+)\.\d+\.cpuprofile$/.exec(name) ?? []
    const index = pids.get(Number(pid))
    if (index === undefined || thread !== '0') continue
    const profile = JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile
    const process = kind === 'serve' ? 'serve' : index === 0 ? 'api' : 'conductor'
    found.push({ process, ...summarizeProfile(profile, window, root) })
  }
  return found.sort((a, b) => a.process.localeCompare(b.process))
}

/** V8's profiles are stamped with this clock. */
function monotonicMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n)
}
