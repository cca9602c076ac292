import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { randomFrom } from '../bench/random.ts'
import type { LabProcess } from '../test/lab/lab-process.ts'
import { judge } from './boot-verdict.ts'
import { figuresOf } from './figures.ts'
import type { BootRecord, FirmwarePlan, PlannedBoot } from './firmware-plan.ts'
import { flatness } from './flatness.ts'
import { makeFleet, type StormMachine } from './fleet.ts'
import type { RealMachine } from './fleet-file.ts'
import { makeImages } from './images.ts'
import { openStage } from './open-stage.ts'
import type { StormOptions } from './options.ts'
import { RealMachines } from './real-machines.ts'
import type { ScenarioResult } from './result.ts'
import type { Sample } from './sample.ts'
import type { Scenario } from './scenario.ts'
import { Site } from './site.ts'

const firmwareProgram = fileURLToPath(new URL('inside/firmware.ts', import.meta.url))
const samplerProgram = fileURLToPath(new URL('inside/sampler.ts', import.meta.url))
const imagePairs = 4
/** Machines whose conductors and APIs were away for a minute are back within their longest pause. */
const graceSeconds = 180
/** A process may not have more than 20,000 files open, and machines keep two connections or three. */
const firmwareProcesses = 2

const progressEverySeconds = 10

interface Progress {
  on: number
  booted: number
  lost: number
}

/** Builds an installation, switches the fleet on, lets the scenario break it, and counts what became of the boots. */
export async function runScenario(
  scenario: Scenario,
  options: StormOptions,
  say: (words: string) => void,
): Promise<ScenarioResult> {
  const conductors = Math.max(options.conductors, scenario.conductors ?? 0)
  const machines = makeFleet({
    machines: options.machines,
    seed: options.seed,
    imagePairs,
    apis: 2,
    groupShare: scenario.conductorsInGroupB === undefined ? 0 : 0.3,
  })
  const images = makeImages(imagePairs, options.seed)
  const realMachines = realFleet(options.realMachines)
  const site = await Site.start(
    {
      machines,
      realMachines,
      images: images.map(({ kernel, ramdisk }) => ({ kernel: kernel.text, ramdisk: ramdisk.text })),
      conductors,
      conductorsInGroupB: scenario.conductorsInGroupB ?? 0,
      database: options.database,
      settings: scenario.settings ?? {},
    },
    say,
  )
  try {
    const powerOnSeconds = scenario.powerOnSeconds ?? options.seconds
    const model = await modelScript(site, machines)
    const planned = boots(machines, powerOnSeconds, options)
    const firmware = await startFirmware(site, planned, powerOnSeconds + graceSeconds)
    const sampler = await startSampler(site)
    say(`switching ${planned.length} machines on, over ${powerOnSeconds} s`)
    sampler.write('go\n')
    for (const { process } of firmware) process.write('go\n')
    const real = new RealMachines(site.lab, site.web, realMachines)
    const { stage, notes, checks } = openStage({ site, real, powerOnSeconds, seed: options.seed }, say)
    await scenario.act(stage)
    const progress = setInterval(() => say(progressOf(firmware)), progressEverySeconds * 1000)
    const ended = firmware.map(({ process }) => process.untilOutput(/^done$/m, powerOnSeconds + graceSeconds + 60))
    const [realBoots] = await Promise.all([real.finish(), ...ended]).finally(() => clearInterval(progress))
    await sampler.kill()
    const records = firmware.flatMap(({ recordFile }) => lines<BootRecord>(readFileSync(recordFile, 'utf8')))
    const verdicts = judge(records, machines, { model, images, conductors: site.conductors })
    const samples = lines<Sample>(sampler.output)
    return {
      name: scenario.name,
      title: scenario.title,
      description: scenario.description,
      conductors: site.conductors.length,
      database: site.database.version,
      powerOnSeconds,
      notes,
      checks,
      figures: figuresOf(verdicts, notes),
      realBoots,
      flatness: scenario.isSoak ? flatness(samples, powerOnSeconds) : [],
      samples,
      boots: verdicts,
    }
  } finally {
    await site.close()
  }
}

/** The script of one machine, from its owner before anything broke: what all others' must be but for their names. */
async function modelScript(site: Site, machines: readonly StormMachine[]) {
  const [machine] = machines
  if (machine === undefined) throw new Error('a storm needs machines')
  const explained = await site.bootring(['explain', machine.registered, '--json'])
  const { conductor, script } = JSON.parse(explained) as { conductor: string; script: string }
  const owner = site.conductors.find(({ name }) => name === conductor)
  if (owner === undefined) throw new Error(`no conductor has the name of the owner: ${explained}`)
  return { uuid: machine.uuid, fileServer: `http://${owner.host.urlHost}:8080`, text: script }
}

/** When each machine is switched on: at random over the time, each once or, in a soak, again and again. */
function boots(machines: readonly StormMachine[], seconds: number, options: StormOptions): PlannedBoot[] {
  const random = randomFrom(options.seed + 1)
  const count = options.bootsPerSecond === undefined ? machines.length : Math.round(options.bootsPerSecond * seconds)
  return Array.from({ length: count }, (_, index) => {
    const { firmware, firstApi, macs, name } = machines[index % machines.length] as StormMachine
    // Of a soak, a machine's boots come in its turn, so that none overlaps with its last.
    const atMs = options.bootsPerSecond === undefined ? random() * seconds * 1000 : (index / count) * seconds * 1000
    return { machine: name, macs, firmware, rootScript: firstApi, atMs: Math.round(atMs) }
  }).sort((a, b) => a.atMs - b.atMs)
}

async function startFirmware(site: Site, planned: readonly PlannedBoot[], deadlineSeconds: number) {
  const rootScripts = await Promise.all([0, 1].map((api) => site.rootScript(api)))
  const parts = Array.from({ length: firmwareProcesses }, (_, part) =>
    planned.filter((_, index) => index % firmwareProcesses === part),
  )
  return await Promise.all(
    parts.map(async (boots, part) => {
      const recordFile = join(site.lab.folder, `boots-${part}.ndjson`)
      const planFile = join(site.lab.folder, `plan-${part}.json`)
      const localAddresses = site.firmwareAddresses.filter((_, index) => index % firmwareProcesses === part)
      const plan: FirmwarePlan = { rootScripts, boots, localAddresses, deadlineMs: deadlineSeconds * 1000, recordFile }
      writeFileSync(planFile, JSON.stringify(plan))
      const process_ = site.firmware.spawn([process.execPath, firmwareProgram, planFile])
      await process_.untilOutput('ready\n', 30)
      return { process: process_, recordFile }
    }),
  )
}

async function startSampler(site: Site) {
  const targets = [...site.apis, ...site.conductors].map(({ adminUrl, name }) => [
    name.replace('.lab.example', ''),
    `${adminUrl}/metrics`,
  ])
  const sampler = site.dhcp.spawn([process.execPath, samplerProgram, JSON.stringify(targets)])
  await sampler.untilOutput('ready\n', 30)
  return sampler
}

/** Of all machines that the programs simulate, by the last line that each has printed. */
function progressOf(firmware: readonly { process: LabProcess }[]): string {
  const last = firmware.map(({ process }) => lines<Progress>(process.output.slice(-500)).at(-1))
  const sum = (of: keyof Progress) => last.reduce((total, progress) => total + (progress?.[of] ?? 0), 0)
  return `${sum('on')} on, ${sum('booted')} booted, ${sum('lost')} lost`
}

function lines<T>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as T)
}

function realFleet(count: number): RealMachine[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `real-${index}`,
    uuid: `7f0fb1e5-1b77-4c5a-9f2e-${String(index).padStart(12, '0')}`,
    mac: `52:54:00:77:00:${index.toString(16).padStart(2, '0')}`,
    firmware: index % 4 === 3 ? ('uefi' as const) : ('bios' as const),
  }))
}
