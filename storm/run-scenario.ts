import { fileURLToPath } from 'node:url'
import { randomFrom } from '../bench/random.ts'
import { judge } from './boot-verdict.ts'
import { figuresOf } from './figures.ts'
import { FirmwareFleet } from './firmware-fleet.ts'
import type { PlannedBoot } from './firmware-plan.ts'
import { flatness } from './flatness.ts'
import { makeFleet, type StormMachine } from './fleet.ts'
import type { RealMachine } from './fleet-file.ts'
import { makeImages } from './images.ts'
import { jsonLines } from './json-lines.ts'
import { openStage } from './open-stage.ts'
import type { StormOptions } from './options.ts'
import { RealMachines } from './real-machines.ts'
import type { ScenarioResult } from './result.ts'
import type { Sample } from './sample.ts'
import type { Scenario } from './scenario.ts'
import { Site } from './site.ts'

const samplerProgram = fileURLToPath(new URL('inside/sampler.ts', import.meta.url))
const imagePairs = 4
/** Machines whose conductors and APIs were away for a minute are back within their longest pause. */
const graceSeconds = 180
const progressEverySeconds = 10
/** Programs that have just begun are slow for reasons of their own: code is compiled, connections are made. */
const warmUpBoots = 300
const warmUpSeconds = 3

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
    await warmUp(site, machines, options)
    const planned = boots(machines, powerOnSeconds, options)
    const firmware = await FirmwareFleet.start(site, 'boots', planned, powerOnSeconds + graceSeconds)
    const sampler = await startSampler(site)
    say(`switching ${planned.length} machines on, over ${powerOnSeconds} s`)
    sampler.write('go\n')
    firmware.go()
    const progress = setInterval(() => say(firmware.progress), progressEverySeconds * 1000)
    const real = new RealMachines(site.lab, site.web, realMachines)
    const { stage, notes, checks } = openStage({ site, real, powerOnSeconds, seed: options.seed }, say)
    await scenario.act(stage)
    const [records, realBoots] = await Promise.all([firmware.finished(), real.finish()])
    clearInterval(progress)
    await sampler.kill()
    const verdicts = judge(records, machines, { model, images, conductors: site.conductors })
    const samples = jsonLines<Sample>(sampler.output)
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

async function warmUp(site: Site, machines: readonly StormMachine[], options: StormOptions): Promise<void> {
  const planned = boots(machines.slice(0, warmUpBoots), warmUpSeconds, { ...options, bootsPerSecond: undefined })
  const firmware = await FirmwareFleet.start(site, 'warm-up', planned, warmUpSeconds + graceSeconds)
  firmware.go()
  const lost = (await firmware.finished()).find((record) => record.lost !== undefined)
  if (lost !== undefined) throw new Error(`${lost.machine} did not boot before anything was broken: ${lost.lost}`)
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

function realFleet(count: number): RealMachine[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `real-${index}`,
    uuid: `7f0fb1e5-1b77-4c5a-9f2e-${String(index).padStart(12, '0')}`,
    mac: `52:54:00:77:00:${index.toString(16).padStart(2, '0')}`,
    firmware: index % 4 === 3 ? ('uefi' as const) : ('bios' as const),
  }))
}
