import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LabProcess } from '../test/lab/lab-process.ts'
import type { BootRecord, FirmwarePlan, PlannedBoot } from './firmware-plan.ts'
import { jsonLines } from './json-lines.ts'
import type { Site } from './site.ts'

const program = fileURLToPath(new URL('inside/firmware.ts', import.meta.url))
/** A process may not have more than 20,000 files open, and machines keep two connections or three. */
const processes = 2

interface Part {
  readonly process: LabProcess
  readonly recordFile: string
}

interface Progress {
  on: number
  booted: number
  lost: number
}

/** The programs that simulate a fleet's firmware. */
export class FirmwareFleet {
  readonly #parts: readonly Part[]
  readonly #patienceSeconds: number

  private constructor(parts: readonly Part[], patienceSeconds: number) {
    this.#parts = parts
    this.#patienceSeconds = patienceSeconds
  }

  /** Gets everything ready. Boots that have not ended `deadlineSeconds` after `go` are lost. */
  static async start(
    site: Site,
    name: string,
    planned: readonly PlannedBoot[],
    deadlineSeconds: number,
  ): Promise<FirmwareFleet> {
    const rootScripts = await Promise.all([0, 1].map((api) => site.rootScript(api)))
    const parts = Array.from({ length: processes }, async (_, part) => {
      const mine = <T>(all: readonly T[]) => all.filter((_, index) => index % processes === part)
      const file = (kind: string) => join(site.lab.folder, `${name}-${part}.${kind}`)
      const recordFile = file('ndjson')
      const plan: FirmwarePlan = {
        rootScripts,
        boots: mine(planned),
        localAddresses: mine(site.firmwareAddresses),
        deadlineMs: deadlineSeconds * 1000,
        recordFile,
      }
      writeFileSync(file('json'), JSON.stringify(plan))
      const process_ = site.firmware.spawn([process.execPath, program, file('json')])
      await process_.untilOutput('ready\n', 30)
      return { process: process_, recordFile }
    })
    return new FirmwareFleet(await Promise.all(parts), deadlineSeconds + 60)
  }

  /** Begins to switch machines on. */
  go(): void {
    for (const { process } of this.#parts) process.write('go\n')
  }

  /** What became of each boot, when all have ended. */
  async finished(): Promise<BootRecord[]> {
    await Promise.all(this.#parts.map(({ process }) => process.untilOutput(/^done$/m, this.#patienceSeconds)))
    return this.#parts.flatMap(({ recordFile }) => jsonLines<BootRecord>(readFileSync(recordFile, 'utf8')))
  }

  /** How far they are, in words. */
  get progress(): string {
    const last = this.#parts.map(({ process }) => jsonLines<Progress>(process.output.slice(-500)).at(-1))
    const sum = (of: keyof Progress) => last.reduce((total, progress) => total + (progress?.[of] ?? 0), 0)
    return `${sum('on')} on, ${sum('booted')} booted, ${sum('lost')} lost`
  }
}
