import { execFileSync, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeWith } from '../../../test/support/describe-with.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { FolderWatch } from './folder-watch.ts'

let folder: string
let root: string
let watch: FolderWatch
let changed: string[]
const uuid = randomUUID()
const log = recordingLogger()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-watch-'))
  root = join(folder, 'http')
  mkdirSync(root)
  changed = []
  watch = new FolderWatch({ roots: [root, join(folder, 'absent')], onChange: (node) => changed.push(node), log })
})
afterEach(() => {
  watch.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Waits for a change to be told, and forgets it. */
async function told(): Promise<void> {
  while (!changed.includes(uuid)) await pause(5)
  // What else belongs to it.
  await pause(100)
  changed.length = 0
}

describe('FolderWatch', () => {
  it('tells of folders that come and go, and of the boot file in them alone', async () => {
    await watch.refresh()
    mkdirSync(join(root, uuid))
    await told()
    writeFileSync(join(root, uuid, 'config'), 'x')
    await told()
    writeFileSync(join(root, uuid, 'deploy_ramdisk'), 'x')
    mkdirSync(join(root, 'pxelinux.cfg'))
    await pause(100)
    expect(changed).toEqual([])
    writeFileSync(join(root, uuid, 'config'), 'y', { flag: 'a' })
    await told()
    rmSync(join(root, uuid), { recursive: true })
    await told()
    expect(watch.incomplete).toBe(false)
  })

  it('begins with what is there, and follows roots that are made, or made anew', async () => {
    mkdirSync(join(root, uuid))
    await watch.refresh()
    await told()
    renameSync(root, join(folder, 'away'))
    mkdirSync(join(root, uuid), { recursive: true })
    await watch.refresh()
    await told()
    writeFileSync(join(root, uuid, 'config'), 'x')
    await told()
    mkdirSync(join(folder, 'absent', uuid), { recursive: true })
    await watch.refresh()
    await told()
    expect(log.lines).toEqual([])
  })

  it('lets go of everything when it is closed', async () => {
    mkdirSync(join(root, uuid))
    await watch.refresh()
    await told()
    watch.close()
    writeFileSync(join(root, uuid, 'config'), 'x')
    await watch.refresh()
    await pause(100)
    expect(changed).toEqual([])
  })
})

/** In a user namespace of its own, where the kernel gives no more than 8 watches. */
const withFewWatches = ['--user', '--map-root-user', 'sh', '-c']
const lowerLimit = 'echo 8 > /proc/sys/user/max_inotify_watches'
const possible = spawnSync('unshare', [...withFewWatches, lowerLimit]).status === 0

describeWith(possible ? undefined : 'a user namespace with a limit of inotify watches', 'FolderWatch', () => {
  it('says once that it has no more watches, and that all has to be looked at', () => {
    for (let number = 0; number < 20; number++) mkdirSync(join(root, randomUUID()))
    const program = `
      import { FolderWatch } from ${JSON.stringify(new URL('folder-watch.ts', import.meta.url).href)}
      const log = { warn: (fields, message) => console.log(message, fields.remedy) }
      let changes = 0
      const watch = new FolderWatch({ roots: [${JSON.stringify(root)}], onChange: () => { changes += 1 }, log })
      await watch.refresh()
      await watch.refresh()
      console.log(watch.incomplete, changes >= 20)`
    const command = `${lowerLimit} && exec "$0" --input-type=module -e "$1"`
    const output = execFileSync('unshare', [...withFewWatches, command, process.execPath, program], {
      encoding: 'utf8',
    })
    expect(output).toBe('can not watch: looking every few seconds raise fs.inotify.max_user_watches\ntrue true\n')
  })
})
