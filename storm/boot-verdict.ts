import type { BootRecord, LoadedFile } from './firmware-plan.ts'
import type { StormMachine } from './fleet.ts'
import type { Image } from './images.ts'

/** What is right. */
export interface Expectations {
  /** The script of one machine, from one conductor. */
  model: { uuid: string; fileServer: string; text: string }
  images: readonly { kernel: Image; ramdisk: Image }[]
  /** `host.urlHost`: where its file server listens, at port 8080. */
  conductors: readonly { name: string; host: { urlHost: string } }[]
}

/** One boot, checked. The texts of scripts are gone. */
export interface BootVerdict {
  machine: string
  onMs: number
  /** The first script: when its conductor dies before it has given the kernel, there is a second one. */
  scriptMs: number | undefined
  /** Of the time to the script: the machine's own pauses. */
  scriptPausedMs: number
  bootedMs: number | undefined
  /** Whose files it booted. */
  conductor: string | undefined
  requests: number
  failures: number
  toldToWait: number
  pausedMs: number
  /** The boot is lost: why. */
  lost: string | undefined
  scriptRequests: BootRecord['scriptRequests']
}

/** Checks that each machine booted, with the script, kernel and ramdisk that are its own. */
export function judge(
  records: readonly BootRecord[],
  machines: readonly StormMachine[],
  expectations: Expectations,
): BootVerdict[] {
  const byName = new Map(machines.map((machine) => [machine.name, machine]))
  const fileServers = new Map(expectations.conductors.map(({ host, name }) => [`http://${host.urlHost}:8080`, name]))
  return records.map((record) => {
    const machine = byName.get(record.machine)
    if (machine === undefined) throw new Error(`a machine of the name ${record.machine} was never planned`)
    const fileServer = record.script && fileServerOf(record.script.text)
    return {
      machine: record.machine,
      onMs: record.onMs,
      scriptMs: record.firstScript?.atMs,
      scriptPausedMs: record.firstScript?.pausedMs ?? 0,
      bootedMs: record.bootedMs,
      conductor: fileServer === undefined ? undefined : fileServers.get(fileServer),
      requests: record.requests,
      failures: record.failures,
      toldToWait: record.toldToWait,
      pausedMs: record.pausedMs,
      lost: record.lost ?? mistakeIn(record, machine, expectations, fileServers),
      scriptRequests: record.scriptRequests,
    }
  })
}

function fileServerOf(script: string): string | undefined {
  return /^kernel (?:--timeout \d+ )?(http:\/\/[^/]+)\//m.exec(script)?.[1]
}

function mistakeIn(
  { initrd, kernel, script }: BootRecord,
  machine: StormMachine,
  { images, model }: Expectations,
  fileServers: ReadonlyMap<string, string>,
): string | undefined {
  if (script === undefined) return 'booted without a script'
  const fileServer = fileServerOf(script.text)
  if (fileServer === undefined || !fileServers.has(fileServer)) return `no conductor serves files at ${fileServer}`
  const expected = model.text.replaceAll(model.uuid, machine.uuid).replaceAll(model.fileServer, fileServer)
  if (script.text !== expected) return 'the script is not that of this machine'
  const pair = images[machine.images]
  const folder = `${fileServer}/${machine.uuid}`
  if (!isRight(kernel, `${folder}/deploy_kernel`, pair?.kernel)) return 'the kernel is not that of this machine'
  if (!isRight(initrd, `${folder}/deploy_ramdisk`, pair?.ramdisk)) return 'the ramdisk is not that of this machine'
  return undefined
}

function isRight(loaded: LoadedFile | undefined, url: string, image: Image | undefined): boolean {
  return loaded?.url === url && loaded.bytes === image?.bytes && loaded.crc32 === image.crc32
}
