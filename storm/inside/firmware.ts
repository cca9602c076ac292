/*
 * firmware.ts PLAN: simulates the machines of a FirmwarePlan (../firmware-plan.ts). It says "ready", begins when "go" comes on
 * its standard input, prints one line of JSON a second on how far it is, and ends when all boots have.
 */

import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { BootObserver } from '../boot-observer.ts'
import { FirmwareClient } from '../firmware/firmware-client.ts'
import { realClock } from '../firmware/firmware-clock.ts'
import type { FirmwarePlan, PlannedBoot } from '../firmware-plan.ts'

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as FirmwarePlan
const records = createWriteStream(plan.recordFile)
const running = new Set<FirmwareClient>()
const counts = { on: 0, booted: 0, lost: 0 }
let zero = 0

async function boot({ firmware, machine, macs, rootScript }: PlannedBoot, index: number): Promise<void> {
  const observer = new BootObserver(machine, zero)
  const client = new FirmwareClient({
    macs,
    firmware,
    rootScript: { text: plan.rootScripts[rootScript] as string },
    localAddress: plan.localAddresses[index % plan.localAddresses.length],
    clock: realClock,
    observer,
  })
  running.add(client)
  counts.on += 1
  await client.run()
  running.delete(client)
  if (observer.record.lost === undefined) counts.booted += 1
  else counts.lost += 1
  records.write(`${JSON.stringify(observer.record)}\n`)
}

// A client's end is an exception, and nobody looks at where it came from.
Error.stackTraceLimit = 0
process.stdout.write('ready\n')
await once(process.stdin, 'data')
zero = performance.now()
const progress = setInterval(() => {
  process.stdout.write(`${JSON.stringify({ atMs: Math.round(performance.now() - zero), ...counts })}\n`)
}, 1000)
const deadline = setTimeout(() => {
  for (const client of running) client.powerOff()
}, plan.deadlineMs)

const boots: Promise<void>[] = []
for (const [index, planned] of plan.boots.entries()) {
  const wait = planned.atMs - (performance.now() - zero)
  if (wait > 2) await sleep(wait)
  boots.push(boot(planned, index))
}
await Promise.all(boots)
clearInterval(progress)
clearTimeout(deadline)
records.end()
await once(records, 'finish')
process.stdout.write('done\n')
process.exit(0)
