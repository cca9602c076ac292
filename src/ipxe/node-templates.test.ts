import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aNode } from '../../test/support/a-node.ts'
import { grubLoader } from './grub-loader.ts'
import { ipxeLoader } from './ipxe-loader.ts'
import { NodeTemplates } from './node-templates.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bootring-templates-')))
  mkdirSync(join(folder, 'allowed'))
  writeFileSync(join(folder, 'allowed/own'), '')
  writeFileSync(join(folder, 'secret'), '')
  symlinkSync('../secret', join(folder, 'allowed/link'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const choosing = (path: unknown) => aNode({ driverInfo: { pxe_template: path } })

describe('NodeTemplates', () => {
  it("are bootring's, the operator's, and those for the node's architecture, for which iPXE has none", () => {
    const arm = aNode({ properties: { cpu_arch: 'aarch64' } })
    const templates = new NodeTemplates({ files: { 'grub.cfg': '/grub' }, byArchitecture: { aarch64: '/arm' } })
    expect(templates.templateFor(aNode(), ipxeLoader)).toMatchObject({ isOwn: true })
    expect(templates.templateFor(aNode(), grubLoader)).toMatchObject({ isOwn: false, template: { path: '/grub' } })
    expect(templates.templateFor(arm, grubLoader)).toMatchObject({ isOwn: false, template: { path: '/arm' } })
    expect(templates.templateFor(arm, ipxeLoader)).toMatchObject({ isOwn: true })
    expect(templates.templateFor(aNode({ properties: { cpu_arch: '__proto__' } }), grubLoader).template.path).toBe(
      '/grub',
    )
  })

  it('are of a node where that is allowed, from the folders of the operator alone', () => {
    const templates = new NodeTemplates({ nodeTemplateFolders: [join(folder, 'allowed'), join(folder, 'none')] })
    const own = join(folder, 'allowed/own')
    expect(templates.templateFor(choosing(own), grubLoader)).toMatchObject({ isOwn: false, template: { path: own } })
    for (const path of ['secret', 'allowed/link', 'allowed/../secret', 'allowed/none', 'allowed', 'allowedown'])
      expect(() => templates.templateFor(choosing(join(folder, path)), ipxeLoader)).toThrow(/pxe_template_folders/)
    for (const path of ['allowed/own', 'http://h/own', 5, {}])
      expect(() => templates.templateFor(choosing(path), ipxeLoader)).toThrow('no absolute path')
  })

  it('are never of a node by default', () => {
    const refused = expect.objectContaining({ code: 'TemplateFailed' })
    for (const nodeTemplateFolders of [undefined, []])
      expect(() =>
        new NodeTemplates({ nodeTemplateFolders }).templateFor(choosing(join(folder, 'allowed/own')), ipxeLoader),
      ).toThrow(refused)
    expect(new NodeTemplates({}).templateFor(choosing(null), ipxeLoader).isOwn).toBe(true)
  })
})
