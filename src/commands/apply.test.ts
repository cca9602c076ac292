import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../db/open-database.ts'
import type { Database } from '../model/stores.ts'
import { applyCommand } from './apply.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-apply-'))
  const database = join(folder, 'bootring.sqlite')
  writeFileSync(
    join(folder, 'conf'),
    `[DEFAULT]\nstate_path = ${folder}\n[database]\nconnection = sqlite:///${database}\n`,
  )
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Runs `bootring apply` on a file of this content, and answers what it printed. */
async function apply(fleet: string, ...options: string[]): Promise<{ stdout: string; stderr: string }> {
  const file = join(folder, 'fleet.yaml')
  writeFileSync(file, fleet)
  const printed = { stdout: '', stderr: '' }
  const command = applyCommand(
    { write: (text) => (printed.stdout += text) },
    { write: (text) => (printed.stderr += text) },
  )
  await command.parseAsync([file, '--config-file', join(folder, 'conf'), ...options], { from: 'user' })
  return printed
}

async function usingDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(`sqlite:///${join(folder, 'bootring.sqlite')}`, {
    maxPoolSize: 1,
    poolTimeoutSeconds: 1,
  })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

async function namesInDatabase(): Promise<(string | null)[]> {
  return await usingDatabase(async (database) => {
    const names: (string | null)[] = []
    for await (const { name } of database.nodes.nodes()) names.push(name)
    return names
  })
}

const uuidOf = (digit: number): string => `00000000-0000-4000-8000-00000000000${digit}`
const entry = (digit: number, more = ''): string =>
  `{name: n${digit}, uuid: ${uuidOf(digit)}, driver: fake-hardware, ports: [{address: "52:54:00:00:00:0${digit}"}]${more}}`
const fleet = (...entries: string[]): string => `nodes:\n${entries.map((text) => `  - ${text}\n`).join('')}`

describe('bootring apply', () => {
  it('prints what was created, changed and left alone', async () => {
    expect((await apply(fleet(entry(1), entry(2)))).stdout).toBe(
      `created n1 (${uuidOf(1)})\ncreated n2 (${uuidOf(2)})\n2 created, 0 changed, 0 left alone, 0 removed\n`,
    )
    expect((await apply(fleet(entry(1), entry(2)))).stdout).toBe('0 created, 0 changed, 2 left alone, 0 removed\n')
    const changed = await apply(fleet(entry(1), entry(2, ', extra: {a: 1}, boot_interface: ipxe'), entry(3)))
    expect(changed.stdout).toBe(
      `created n3 (${uuidOf(3)})\nchanged n2 (${uuidOf(2)}): boot_interface, extra\n1 created, 1 changed, 1 left alone, 0 removed\n`,
    )
    expect(changed.stderr).toBe('')
  })

  it('prints one JSON document', async () => {
    await apply(fleet(entry(1), entry(2)))
    const { stdout } = await apply(fleet(entry(2, ', driver_info: {a: b}'), entry(3)), '--json', '--prune')
    expect(JSON.parse(stdout)).toEqual({
      dry_run: false,
      created: [{ uuid: uuidOf(3), name: 'n3' }],
      changed: [{ uuid: uuidOf(2), name: 'n2', fields: ['driver_info'] }],
      unchanged: [],
      removed: [{ uuid: uuidOf(1), name: 'n1' }],
    })
  })

  it('removes with --prune only, and says what before', async () => {
    await apply(fleet(entry(1), entry(2), entry(3)))
    await apply(fleet(entry(1)))
    expect(await namesInDatabase()).toEqual(['n1', 'n2', 'n3'])
    const { stdout, stderr } = await apply(fleet(entry(1)), '--prune')
    expect(stderr).toBe(
      `Going to remove 2 nodes that the file does not name:\n  n2 (${uuidOf(2)})\n  n3 (${uuidOf(3)})\n`,
    )
    expect(stdout).toContain('0 created, 0 changed, 1 left alone, 2 removed\n')
    expect(await namesInDatabase()).toEqual(['n1'])
  })

  it('changes nothing on a dry run', async () => {
    await apply(fleet(entry(1)))
    const { stdout } = await apply(fleet(entry(2)), '--prune', '--dry-run')
    expect(stdout).toContain(
      '1 created, 0 changed, 0 left alone, 1 removed\nThis was a dry run: nothing was changed.\n',
    )
    expect(await namesInDatabase()).toEqual(['n1'])
  })

  it('changes nothing when one entry is wrong, and says where', async () => {
    await apply(fleet(entry(1)))
    const spoilt = fleet(entry(2), '{name: n3, driver: fake-hardware, uuid: "?"}')
    await expect(apply(spoilt, '--prune')).rejects.toMatchObject({
      code: 'FleetInvalid',
      message: expect.stringMatching(/fleet\.yaml:3:45: nodes\[1\]\.uuid: "\?" is not a UUID/),
    })
    expect(await namesInDatabase()).toEqual(['n1'])
  })

  it('refuses hardware that nobody offers, and says where and what to do', async () => {
    await apply(fleet(entry(1)))
    const wrong = fleet(
      '{name: n2, driver: ipmi}',
      '{name: n3, driver: manual-management, boot_interface: fake}',
      entry(4, ', boot_interface: fake, deploy_interface: ramdsik'),
    )
    const error: unknown = await apply(wrong, '--dry-run').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'FleetInvalid' })
    const lines = (error as Error).message.split('\n').map((line) => line.slice(line.indexOf('fleet.yaml')))
    expect(lines).toEqual([
      'fleet.yaml:2:24: nodes[0].driver: no hardware type "ipmi" is enabled: name one of manual-management, fake-hardware',
      'fleet.yaml:3:59: nodes[1].boot_interface: manual-management has no boot interface "fake" that is enabled: name one of ipxe, pxe, http-ipxe, http',
      'fleet.yaml:4:140: nodes[2].boot_interface: fake-hardware has no boot interface "fake" that is enabled: name one of ipxe, pxe, http-ipxe, http, or add it to [DEFAULT]enabled_boot_interfaces of the conductors',
      'fleet.yaml:4:164: nodes[2].deploy_interface: fake-hardware has no deploy interface "ramdsik" that is enabled: name one of fake, direct, ramdisk',
    ])
    expect(await namesInDatabase()).toEqual(['n1'])
  })

  it('takes hardware that a living conductor offers, whatever this host enables', async () => {
    await apply(fleet(entry(1)))
    await usingDatabase((database) =>
      database.conductors.register('cond-1', '', [
        { hardwareType: 'ipmi', interfaceType: 'boot', interfaceName: 'ipxe', isDefault: true },
      ]),
    )
    await apply(fleet('{name: n2, driver: ipmi, boot_interface: ipxe}'))
    expect(await namesInDatabase()).toEqual(['n1', 'n2'])
  })

  it('names the line of a conflict with what the database holds', async () => {
    await apply(fleet(entry(1)))
    const thief = `{name: n2, driver: fake-hardware, uuid: ${uuidOf(2)}, ports: [{address: "52:54:00:00:00:01"}]}`
    await expect(apply(fleet(entry(3), thief))).rejects.toMatchObject({
      code: 'FleetConflict',
      message: expect.stringMatching(/fleet\.yaml:3:101: nodes\[1\]\.ports\[0\]\.address.* belongs to node n1/),
    })
    expect(await namesInDatabase()).toEqual(['n1'])
  })

  it('says that a file is not there', async () => {
    const command = applyCommand({ write: () => true }, { write: () => true })
    await expect(command.parseAsync(['/nowhere/fleet.yaml'], { from: 'user' })).rejects.toMatchObject({
      code: 'FleetInvalid',
      message: expect.stringContaining("/nowhere/fleet.yaml: can't be read: ENOENT"),
    })
  })
})
