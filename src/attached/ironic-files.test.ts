import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { grubFile, ipxeFile, pxelinuxFile } from '../../test/support/ironic-boot-files.ts'
import type { BootFileKind } from './boot-file-kind.ts'
import { IronicFiles } from './ironic-files.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const script = { name: 'boot.ipxe', root: 'http' } as const
const grub = { name: 'grub.cfg', root: 'tftp' } as const
const pxelinux = { name: 'pxelinux.cfg', root: 'tftp' } as const

let folder: string
let httpRoot: string
let tftpRoot: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-ironic-files-'))
  httpRoot = join(folder, 'http')
  tftpRoot = join(folder, 'tftp')
  mkdirSync(join(httpRoot, uuid), { recursive: true })
  mkdirSync(join(tftpRoot, uuid), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const files = (templates?: { 'boot.ipxe'?: string[]; 'grub.cfg'?: string[] }) =>
  new IronicFiles({ httpRoot, tftpRoot, ...(templates ? { templates } : {}) })
/** A file of this kind. */
async function read(from: IronicFiles, nodeUuid: string, kind: BootFileKind, deadline: number) {
  const found = await from.find(nodeUuid, kind.root, deadline)
  return found?.name === kind.name ? found : undefined
}
const within = (milliseconds: number) => performance.now() + milliseconds
const inHttp = (...path: string[]) => join(httpRoot, uuid, ...path)
/** A file that nobody has written to for an hour. */
function old(path: string, text: string): void {
  writeFileSync(path, text)
  age(path)
}
function age(path: string, seconds = 3600): void {
  const then = Date.now() / 1000 - seconds
  utimesSync(path, then, then)
}
const refusal = (message: string | RegExp) =>
  expect.objectContaining({ code: 'BootConfigUnavailable', message: expect.stringMatching(message) })

describe('IronicFiles', () => {
  it("gives what Ironic's templates have been made into, byte for byte, with its digest", async () => {
    const text = `${ipxeFile()}`.replace('text', 'text grüße=☃')
    writeFileSync(inHttp('config'), text)
    writeFileSync(join(tftpRoot, uuid, 'config'), grubFile())
    expect(await read(files(), uuid, script, within(5000))).toMatchObject({
      text,
      sha256: createHash('sha256').update(text).digest('hex'),
    })
    expect((await read(files(), uuid, grub, within(5000)))?.text).toBe(grubFile())
    expect(await read(files(), uuid, pxelinux, within(5000))).toBeUndefined()
    writeFileSync(join(tftpRoot, uuid, 'config'), pxelinuxFile())
    expect((await read(files(), uuid, pxelinux, within(5000)))?.text).toBe(pxelinuxFile())
    expect(await read(files(), uuid, grub, within(5000))).toBeUndefined()
  })

  it('has nothing where there is no file, no folder, or no root', async () => {
    expect(await read(files(), uuid, script, within(5000))).toBeUndefined()
    expect(await read(files(), uuid.replace('1', '2'), script, within(5000))).toBeUndefined()
    rmSync(httpRoot, { recursive: true })
    expect(await read(files(), uuid, script, within(5000))).toBeUndefined()
    expect(await files().nodeUuids('http')).toEqual([])
  })

  it('lists folders that are named like a node', async () => {
    mkdirSync(join(httpRoot, 'pxelinux.cfg'))
    mkdirSync(join(httpRoot, uuid.toUpperCase()))
    expect(await files().nodeUuids('http')).toEqual([uuid])
  })

  it.each(['../x', `${uuid}/..`, uuid.toUpperCase(), '', '.'])(
    'lets nothing but a UUID into a path: %j',
    async (text) => {
      await expect(read(files(), text, script, within(5000))).rejects.toEqual(refusal('is no node'))
    },
  )

  describe('follows links inside the root only', () => {
    const secret = () => {
      const path = join(folder, 'secret')
      old(path, ipxeFile('secret'))
      return path
    }

    it.each([
      ['the file, absolute', () => symlinkSync(secret(), inHttp('config'))],
      [
        'the file, relative',
        () => {
          secret()
          symlinkSync('../../secret', inHttp('config'))
        },
      ],
      [
        "the node's folder",
        () => {
          mkdirSync(join(folder, 'elsewhere'))
          renameSync(secret(), join(folder, 'elsewhere', 'config'))
          rmSync(inHttp(), { recursive: true })
          symlinkSync('../elsewhere', inHttp())
        },
      ],
      [
        'a folder whose name begins like the root',
        () => {
          mkdirSync(join(folder, 'http-other'))
          renameSync(secret(), join(folder, 'http-other', 'x'))
          symlinkSync('../../http-other/x', inHttp('config'))
        },
      ],
      [
        'a link to a link that leads out',
        () => {
          symlinkSync(secret(), join(httpRoot, 'hop'))
          symlinkSync('../hop', inHttp('config'))
        },
      ],
    ])('refuses to leave it: %s', async (_name, make) => {
      make()
      await expect(read(files(), uuid, script, within(2000))).rejects.toEqual(refusal('leads out of'))
    })

    it('follows those that stay inside, and a root that is a link itself', async () => {
      old(join(httpRoot, 'real'), ipxeFile())
      symlinkSync('../real', inHttp('config'))
      symlinkSync(httpRoot, join(folder, 'link-to-root'))
      expect((await read(files(), uuid, script, within(5000)))?.text).toBe(ipxeFile())
      const through = new IronicFiles({ httpRoot: join(folder, 'link-to-root'), tftpRoot })
      expect((await read(through, uuid, script, within(5000)))?.text).toBe(ipxeFile())
    })

    it('has nothing at the end of a dangling link, and says that one leads round', async () => {
      symlinkSync('nowhere', inHttp('config'))
      expect(await read(files(), uuid, script, within(5000))).toBeUndefined()
      unlinkSync(inHttp('config'))
      symlinkSync('config', inHttp('config'))
      await expect(read(files(), uuid, script, within(5000))).rejects.toEqual(refusal('in a circle'))
    })

    it('is not fooled by links that are swapped all the time', async () => {
      old(join(httpRoot, 'good'), ipxeFile('good'))
      const outside = secret()
      symlinkSync('../good', inHttp('config'))
      const swapper = spawn('python3', ['-c', swapLinks, inHttp('config'), '../good', outside], { stdio: 'ignore' })
      const ended = once(swapper, 'exit')
      const reader = files()
      const outcomes = { good: 0, refused: 0 }
      const stopAt = within(2000)
      while (performance.now() < stopAt) {
        const batch = Array.from({ length: 20 }, () => read(reader, uuid, script, within(2000)))
        for (const result of await Promise.allSettled(batch)) {
          if (result.status === 'rejected') outcomes.refused += 1
          else if (result.value !== undefined) {
            expect(result.value.text).toBe(ipxeFile('good'))
            outcomes.good += 1
          }
        }
      }
      swapper.kill('SIGKILL')
      await ended
      expect(outcomes.good).toBeGreaterThan(0)
      expect(outcomes.refused).toBeGreaterThan(0)
    })
  })

  it.each([
    ['a folder', () => mkdirSync(inHttp('config'))],
    ['a FIFO', () => execFileSync('mkfifo', [inHttp('config')])],
  ])('opens regular files only: %s', async (_name, make) => {
    make()
    await expect(read(files(), uuid, script, within(2000))).rejects.toEqual(refusal('no regular file'))
  })

  it('does not open a device', async () => {
    // Only root can make one.
    if (process.getuid?.() !== 0) return
    execFileSync('mknod', [inHttp('config'), 'c', '1', '5'])
    await expect(read(files(), uuid, script, within(2000))).rejects.toEqual(refusal('no regular file'))
  })

  it('does not read what is far too large', async () => {
    writeFileSync(inHttp('config'), '#!ipxe\n')
    truncateSync(inHttp('config'), 2 ** 30)
    await expect(read(files(), uuid, script, within(2000))).rejects.toEqual(refusal(/larger.*1073741824/))
  })

  describe('waits for the end of a write', () => {
    it.each([
      ['boot.ipxe', ipxeFile(), script],
      ['grub.cfg', grubFile(), grub],
      ['pxelinux.cfg', pxelinuxFile(), pxelinux],
    ])("refuses every part of a %s of Ironic's, however old", async (_name, whole, kind) => {
      const path = kind === script ? inHttp('config') : join(tftpRoot, uuid, 'config')
      const reader = files()
      // Line ends are where parts look most like a whole.
      const ends = [...whole.matchAll(/\n/g)].flatMap(({ index }) => [index, index + 1])
      for (const end of [0, 1, 5, 9, ...ends, whole.length - 10, whole.length - 1]) {
        old(path, whole.slice(0, end))
        // Two of them are what older releases wrote: there they are whole, here they must at least be quiet for long.
        age(path, 8)
        await expect(read(reader, uuid, kind, within(1500)), JSON.stringify(whole.slice(0, end))).rejects.toEqual(
          refusal('not whole'),
        )
      }
      old(path, whole)
      expect((await read(reader, uuid, kind, within(2000)))?.text).toBe(whole)
    })

    it('answers as soon as the rest has come', async () => {
      writeFileSync(inHttp('config'), '')
      const reading = read(files(), uuid, script, within(5000))
      await pause(100)
      writeFileSync(inHttp('config'), ipxeFile().slice(0, 300))
      await pause(100)
      writeFileSync(inHttp('config'), ipxeFile())
      expect((await reading)?.text).toBe(ipxeFile())
    })

    it('refuses at the deadline what is still half written, and says so', async () => {
      writeFileSync(inHttp('config'), ipxeFile().slice(0, 300))
      await expect(read(files(), uuid, script, within(700))).rejects.toEqual(refusal(/not whole.*does not end/))
      writeFileSync(inHttp('config'), '')
      await expect(read(files(), uuid, script, within(700))).rejects.toEqual(refusal('is empty'))
      writeFileSync(inHttp('config'), '<html>')
      await expect(read(files(), uuid, script, within(700))).rejects.toEqual(refusal('begins like no boot file'))
      writeFileSync(inHttp('config'), Buffer.from('#!ipxe\n\xff\n', 'latin1'))
      await expect(read(files(), uuid, script, within(700))).rejects.toEqual(refusal('begins like no boot file'))
    })

    it('takes a script of unknown origin when nobody has written for a while', async () => {
      const own = '#!ipxe\necho of my own\nboot\n'
      writeFileSync(inHttp('config'), own)
      await expect(read(files(), uuid, script, within(100))).rejects.toEqual(refusal('not whole'))
      expect((await read(files(), uuid, script, within(3000)))?.text).toBe(own)
    })

    it("goes by the end of the operator's template", async () => {
      const template = join(folder, 'own.template')
      old(template, '#!ipxe\nkernel {{ pxe_options.aki_path }}\nboot || goto failed\n')
      age(template, 7200)
      const reader = files({ 'boot.ipxe': [template] })
      old(inHttp('config'), '#!ipxe\nkernel x\n')
      await expect(read(reader, uuid, script, within(100))).rejects.toEqual(refusal('not whole'))
      writeFileSync(inHttp('config'), '#!ipxe\nkernel x\nboot || goto failed')
      expect((await read(reader, uuid, script, within(3000)))?.text).toContain('goto failed')
      // From before the template was changed.
      old(template, '#!ipxe\nkernel {{ pxe_options.aki_path }}\nboot || goto elsewhere\n')
      age(inHttp('config'), 7200)
      expect((await read(reader, uuid, script, within(3000)))?.text).toContain('goto failed')
    })

    it('takes scripts of releases before 21.0 after a longer while', async () => {
      old(inHttp('config'), ipxeFile().replace(/ \|\| exit 0$/, ''))
      expect((await read(files(), uuid, script, within(3000)))?.text).toMatch(/--no-describe$/)
    })

    it('never gives less than a whole file while a process writes as Ironic does', async () => {
      const sizes = [1, 9, 20, 40]
      const writer = spawn('python3', ['-c', writeAsIronic, inHttp('config'), ...sizes.map(String)], { stdio: 'pipe' })
      const ended = once(writer, 'exit')
      await once(writer.stdout, 'data')
      const reader = files()
      let answered = 0
      let refused = 0
      const asking = async () => {
        const stopAt = within(5000)
        while (performance.now() < stopAt) {
          try {
            const file = await read(reader, uuid, script, within(1500))
            expect(file?.text).toMatch(
              /^#!ipxe\n[\s\S]*\n# round (\d+) of (\d+) bytes\n[\s\S]*\n# round \1 ends\n[\s\S]*\|\| exit 0$/,
            )
            answered += 1
          } catch (error) {
            expect(error).toEqual(refusal(/not whole|in time/))
            refused += 1
          }
        }
      }
      await Promise.all(Array.from({ length: 50 }, asking))
      writer.kill('SIGKILL')
      await ended
      expect(answered).toBeGreaterThan(100)
      expect(answered).toBeGreaterThan(10 * refused)
    })
  })

  it('holds a few files open, however many ask at once', async () => {
    const uuids = Array.from(
      { length: 1000 },
      (_, index) => `1be26c0b-03f2-4d2e-ae87-${String(index).padStart(12, '0')}`,
    )
    for (const name of uuids) {
      mkdirSync(join(httpRoot, name))
      old(join(httpRoot, name, 'config'), ipxeFile(name))
    }
    const reader = files()
    let most = 0
    let reading = true
    const watch = (async () => {
      while (reading) {
        most = Math.max(most, readdirSync('/proc/self/fd').length)
        await pause(1)
      }
    })()
    const before = readdirSync('/proc/self/fd').length
    const found = await Promise.all(uuids.map((name) => read(reader, name, script, within(60_000))))
    reading = false
    await watch
    expect(found.map((file) => file?.text)).toEqual(uuids.map((name) => ipxeFile(name)))
    expect(most).toBeLessThan(before + 20)
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 5)
  })
})

const swapLinks = `
import os, sys
path, good, bad = sys.argv[1:]
while True:
    for target in (good, bad):
        os.symlink(target, path + '.new')
        os.rename(path + '.new', path)
`

/** Whole files of several sizes, each written in two pieces with a pause between them. */
const writeAsIronic = `
import random, sys, time
path, sizes = sys.argv[1], [int(size) * 1024 for size in sys.argv[2:]]
beginning = '#!ipxe\\n\\nset attempts:int32 10\\nset i:int32 0\\n\\ngoto deploy\\n'
ending = '\\n:boot_whole_disk\\nsanboot --no-describe || exit 0'
number = 0
while True:
    number += 1
    size = random.choice(sizes)
    text = beginning + '# round %d of %d bytes\\n' % (number, size)
    text += 'echo filling the file up\\n' * (size // 25) + '# round %d ends\\n' % number + ending
    cut = random.randrange(1, len(text))
    with open(path, 'w') as file:
        file.write(text[:cut])
        file.flush()
        time.sleep(random.uniform(0, 0.6))
        file.write(text[cut:])
    if number == 1:
        print('written', flush=True)
    time.sleep(random.uniform(0, 0.6))
`
