/* lab-initrd.ts FOLDER: makes FOLDER/initrd.gz from what lab-images.sh put into FOLDER/parts. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildInitrd, networkModules } from '../test/lab/initrd.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: lab-initrd.ts FOLDER')
const part = (name: string) => join(folder, 'parts', name)

const initrd = buildInitrd({
  busybox: readFileSync(part('busybox')),
  modules: new Map(networkModules.map((name) => [name, readFileSync(part(`${name}.ko`))])),
})
const target = join(folder, 'initrd.gz')
if (!existsSync(target) || !readFileSync(target).equals(initrd)) {
  writeFileSync(`${target}.new`, initrd)
  renameSync(`${target}.new`, target)
}
