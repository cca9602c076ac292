import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const source = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href)

/** Keeps events on a disk that only it sees, until that is full; then makes room. */
const program = `
  import { rmSync, writeFileSync } from 'node:fs'
  import { setTimeout as pause } from 'node:timers/promises'
  import { SqliteBootEventStore } from ${source('src/db/events/sqlite-boot-event-store.ts')}
  import { BootEventRecorder } from ${source('src/events/boot-event-recorder.ts')}
  import { aBootEvent } from ${source('test/support/a-boot-event.ts')}
  const [folder] = process.argv.slice(1)
  const logged = []
  const log = { warn: (fields, words) => logged.push(fields.err?.code ?? words) }
  const store = new SqliteBootEventStore(folder + '/events.sqlite', { creates: true })
  let failures = 0
  const metrics = { recorded() {}, dropped() {}, failed: () => { failures += 1 } }
  const recorder = new BootEventRecorder({ store, capacity: 500, intervalMilliseconds: 10, metrics, log })
  try { writeFileSync(folder + '/other', Buffer.alloc(3 * 1024 * 1024)) } catch {}
  let taken = 0
  for (let rounds = 0; rounds < 3000 && recorder.figures.dropped === 0; rounds++) {
    // Not faster than they are written, while they can be.
    if (failures > 0 || recorder.figures.waiting === 0)
      for (let count = 0; count < 200; count++, taken++) recorder.record(aBootEvent())
    await pause(5)
  }
  const full = { ...recorder.figures, failures, taken }
  rmSync(folder + '/other')
  for (let tries = 0; tries < 1000 && recorder.figures.waiting > 0; tries++) await pause(10)
  const after = recorder.figures
  const stored = (await store.events({}, 100000)).length
  await recorder.stop(5)
  await store.close()
  process.send({ full, after, logged, stored })`

it('are dropped and counted when the disk is full, and go on when there is room', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-full-events-'))
  try {
    const mounted = 'mount -t tmpfs -o size=4m tmpfs "$1" && exec "$0" --input-type=module -e "$2" "$1"'
    const command = ['sh', '-c', mounted, process.execPath, folder, program]
    const child = spawn('unshare', ['--user', '--map-root-user', '--mount', ...command], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const [{ after, full, logged, stored }] = await once(child, 'message').finally(() => child.kill('SIGKILL'))
    expect(full.failures).toBeGreaterThan(0)
    expect(full.dropped).toBeGreaterThan(0)
    expect(full.waiting).toBe(500)
    expect(full.recorded + full.waiting + full.dropped).toBe(full.taken)
    expect(logged).toContain('DatabaseUnavailable')
    expect(after.waiting).toBe(0)
    expect(after.recorded).toBe(full.recorded + 500)
    expect(stored).toBe(after.recorded)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
