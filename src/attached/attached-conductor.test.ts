import { describe, expect, it } from 'vitest'
import { aNode } from '../../test/support/a-node.ts'
import { ipxeFile } from '../../test/support/ironic-boot-files.ts'
import type { BootNode } from '../model/node.ts'
import { AttachedConductor, type AttachedConductorParts } from './attached-conductor.ts'
import type { BootFileName, BootFileRoot } from './boot-file-kind.ts'

const own = 'cond-1'

/** A conductor of the host cond-1; `owners` are those that the ring names, look by look. */
function conductor(
  parts: { node?: Partial<BootNode>; files?: Partial<Record<BootFileRoot, BootFileName>>; copy?: string } = {},
  ...owners: (string | undefined)[]
) {
  const node = aNode(parts.node)
  const files = parts.files ?? { http: 'boot.ipxe' }
  const looks = [...owners]
  const seen = { refreshed: 0, templates: [] as (string | undefined)[] }
  const all: AttachedConductorParts = {
    nodes: { bootNode: async (uuid) => (uuid === node.uuid ? node : undefined) },
    rings: {
      owner: async () => (looks.length > 1 ? looks.shift() : (looks[0] ?? (owners.length > 0 ? undefined : own))),
      refresh: async () => {
        seen.refreshed += 1
      },
    },
    names: {
      sought: [own],
      registered: async () => [
        { id: 1, hostname: own, conductorGroup: '', alive: true, online: true, updatedAt: null, drivers: [] },
      ],
    },
    files: {
      async find(_uuid, root, _deadline, ownTemplate) {
        seen.templates.push(ownTemplate)
        const name = files[root]
        return name === undefined ? undefined : { name, text: `${name} of ${root}`, sha256: '' }
      },
    },
    copies: parts.copy === undefined ? undefined : { copyFor: async () => parts.copy },
    patienceSeconds: 1,
  }
  const { getBootConfig } = new AttachedConductor(all)
  const ask = (name = 'boot.ipxe', uuid = node.uuid) => getBootConfig({ node_id: uuid, name }, { requestId: 'req-1' })
  return { ask, seen }
}

describe('AttachedConductor', () => {
  it("gives an own node's file", async () => {
    expect(await conductor().ask()).toBe('boot.ipxe of http')
    const pxe = conductor({ node: { bootInterface: 'pxe' }, files: { http: 'boot.ipxe', tftp: 'grub.cfg' } })
    expect(await pxe.ask('grub.cfg')).toBe('grub.cfg of tftp')
  })

  it('prefers http_root by http, and takes tftp_root where Ironic writes them', async () => {
    const both = { http: 'grub.cfg', tftp: 'grub.cfg' } as const
    expect(await conductor({ node: { bootInterface: 'http' }, files: both }).ask('grub.cfg')).toBe('grub.cfg of http')
    const left = { http: 'boot.ipxe', tftp: 'grub.cfg' } as const
    expect(await conductor({ node: { bootInterface: 'http' }, files: left }).ask('grub.cfg')).toBe('grub.cfg of tftp')
  })

  it('knows of a template of the node’s own', async () => {
    const { ask, seen } = conductor({ node: { driverInfo: { pxe_template: '/etc/own.template' } } })
    await ask()
    expect(seen.templates).toEqual(['/etc/own.template'])
  })

  it('looks at the ring anew before it refuses, and once only', async () => {
    const late = conductor({}, 'cond-2', own)
    expect(await late.ask()).toBe('boot.ipxe of http')
    expect(late.seen.refreshed).toBe(1)
    const never = conductor({}, 'cond-2')
    await expect(never.ask()).rejects.toMatchObject({
      code: 'BootConfigUnavailable',
      message: expect.stringContaining('its owner is cond-2, and this is the host of cond-1'),
    })
    expect(never.seen.refreshed).toBe(1)
  })

  it('serves nobody’s node to nobody', async () => {
    await expect(conductor({}, undefined).ask()).rejects.toMatchObject({
      code: 'BootConfigUnavailable',
      message: expect.stringContaining('its owner is nobody'),
    })
  })

  it('gives a copy where it owns the node no longer or has no file, and never one of another kind', async () => {
    expect(await conductor({ copy: ipxeFile() }, 'cond-2').ask()).toBe(ipxeFile())
    expect(await conductor({ copy: ipxeFile(), files: {} }).ask()).toBe(ipxeFile())
    await expect(conductor({ copy: ipxeFile() }, 'cond-2').ask('grub.cfg')).rejects.toMatchObject({
      code: 'UnknownBootFile',
    })
  })

  it.each([
    ['NodeNotFound', {}, 'boot.ipxe', '00000000-0000-4000-8000-000000000000'],
    ['UnknownBootFile', {}, 'grub.cfg'],
    ['UnknownBootFile', { node: { bootInterface: 'pxe' }, files: { tftp: 'grub.cfg' } }, 'pxelinux.cfg'],
    ['UnsupportedDriverExtension', { node: { bootInterface: 'redfish-virtual-media' } }, 'boot.ipxe'],
    ['BootConfigUnavailable', { files: {} }, 'boot.ipxe'],
  ] as const)('refuses with %s', async (code, parts, name, uuid?: string) => {
    await expect(conductor(parts).ask(name, uuid)).rejects.toMatchObject({ code })
  })

  it('names the options that say where it has looked in vain', async () => {
    const asked = (bootInterface: string, name: string) =>
      expect(conductor({ node: { bootInterface }, files: {} }).ask(name)).rejects
    await asked('ipxe', 'boot.ipxe').toThrow(/written no boot\.ipxe for the node below \[deploy\]http_root$/)
    await asked('pxe', 'grub.cfg').toThrow(/written no grub\.cfg for the node below \[pxe\]tftp_root$/)
  })
})
