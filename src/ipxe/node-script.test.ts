import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aNode, nodeUuid } from '../../test/support/a-node.ts'
import { NodeScripts, type NodeScriptsOptions } from './node-script.ts'
import { scriptInputs } from './pxe-options.ts'

const options: NodeScriptsOptions = {
  httpUrl: 'http://web:8080/',
  kernelAppendParams: 'nofb',
  ipxeTimeoutSeconds: 0,
  apiUrl: 'http://api:6385/',
}
const scripts = new NodeScripts(options)
const anyText = fc.array(fc.nat(0x2fff)).map((codes) => String.fromCharCode(...codes))
const failed = (code: string) => expect.objectContaining({ code })

describe('NodeScripts.images', () => {
  it.each([
    ['the agent', {}, ['deploy_kernel', 'deploy_ramdisk']],
    [
      'the instance',
      {
        provisionState: 'active',
        deployInterface: 'ramdisk',
        instanceInfo: { kernel: 'http://k', ramdisk: 'http://r' },
      },
      ['kernel', 'ramdisk'],
    ],
    [
      'an ISO',
      { provisionState: 'active', deployInterface: 'ramdisk', instanceInfo: { boot_iso: 'http://i' } },
      ['boot_iso'],
    ],
    [
      'the agent, for rescue without images of its own',
      { provisionState: 'rescue wait' },
      ['rescue_kernel', 'rescue_ramdisk'],
    ],
    [
      'the agent, for an active node that has a disk',
      { provisionState: 'active' },
      ['deploy_kernel', 'deploy_ramdisk'],
    ],
  ])('are those of %s', (_, changes, names) => {
    expect(scripts.images(aNode(changes)).map(({ fileName }) => fileName)).toEqual(names)
  })

  it('come from the configuration where the node names none, and never one from each', () => {
    const both = new NodeScripts({ ...options, deployKernel: 'file:///k', deployRamdisk: 'file:///r' })
    expect(both.images(aNode({ driverInfo: {} })).map(({ url }) => url)).toEqual(['file:///k', 'file:///r'])
    expect(() => both.images(aNode({ driverInfo: { deploy_kernel: 'file:///x' } }))).toThrow(
      `node ${nodeUuid} has no driver_info.deploy_ramdisk`,
    )
  })

  it('come first from the node, then from those for its architecture, then from those for all; for rescue, from deploying last', () => {
    const arm = { properties: { cpu_arch: 'aarch64' } }
    const urls = (more: Partial<NodeScriptsOptions>, changes: Parameters<typeof aNode>[0]) =>
      new NodeScripts({ ...options, ...more }).images(aNode({ driverInfo: {}, ...changes })).map(({ url }) => url)
    const deploy = { deployKernel: 'file:///k', deployRamdisk: 'file:///r' }
    const byArch = {
      ...deploy,
      deployKernelByArch: { aarch64: 'file:///ka' },
      deployRamdiskByArch: { aarch64: 'file:///ra' },
    }
    const rescue = { ...byArch, rescueKernel: 'file:///kr', rescueRamdisk: 'file:///rr' }
    expect(urls(byArch, arm)).toEqual(['file:///ka', 'file:///ra'])
    expect(urls(byArch, { ...arm, driverInfo: { deploy_kernel: 'http://k', deploy_ramdisk: 'http://r' } })).toEqual([
      'http://k',
      'http://r',
    ])
    for (const architecture of ['x86_64', '__proto__', 'constructor', 5, null])
      expect(urls(byArch, { properties: { cpu_arch: architecture } })).toEqual(['file:///k', 'file:///r'])
    const rescued = { ...arm, provisionState: 'rescue wait' }
    expect(urls(rescue, rescued)).toEqual(['file:///kr', 'file:///rr'])
    expect(
      urls(
        { ...rescue, rescueKernelByArch: { aarch64: 'http://a' }, rescueRamdiskByArch: { aarch64: 'http://b' } },
        rescued,
      ),
    ).toEqual(['http://a', 'http://b'])
    expect(urls(byArch, rescued)).toEqual(['file:///ka', 'file:///ra'])
    expect(() => urls({ ...deploy, deployKernelByArch: { aarch64: 'file:///ka' } }, arm)).toThrow(
      '[conductor]deploy_ramdisk_by_arch has none for it either',
    )
  })

  it.each([
    [{ driverInfo: {} }, 'driver_info.deploy_kernel'],
    [{ driverInfo: { deploy_kernel: 'file:///k' } }, 'driver_info.deploy_ramdisk'],
    [{ provisionState: 'active', deployInterface: 'ramdisk' }, 'instance_info.kernel'],
    [
      { provisionState: 'active', deployInterface: 'ramdisk', instanceInfo: { kernel: 'http://k' } },
      'instance_info.ramdisk',
    ],
  ])('%j lack one', (changes, field) => {
    for (const work of [() => scripts.images(aNode(changes)), () => scripts.render(aNode(changes))]) {
      expect(work).toThrow(failed('MissingParameter'))
      expect(work).toThrow(`node ${nodeUuid} has no ${field}`)
    }
  })
})

describe('NodeScripts.render', () => {
  it.each([
    ['driver_info.kernel_append_params', { driverInfo: { ...aNode().driverInfo, kernel_append_params: 'a\nreboot' } }],
    ['instance_info.kernel_append_params', { instanceInfo: { kernel_append_params: 'a || reboot' } }],
    ['instance_info.kernel_append_params', { instanceInfo: { kernel_append_params: 5 } }],
    [
      'instance_info.ramdisk_kernel_arguments',
      {
        provisionState: 'active',
        deployInterface: 'ramdisk',
        instanceInfo: { kernel: 'http://k', ramdisk: 'http://r', ramdisk_kernel_arguments: 'x\r' },
      },
    ],
  ])('names %s when it may not get into a script', (field, changes) => {
    const work = () => scripts.render(aNode(changes))
    expect(work).toThrow(failed('TemplateFailed'))
    expect(work).toThrow(new RegExp(`^${field.replace('.', '\\.')} of node ${nodeUuid} `))
  })

  it('prefers instance_info, and puts the default where asked', () => {
    const script = scripts.render(
      aNode({
        driverInfo: { ...aNode().driverInfo, kernel_append_params: 'driver' },
        instanceInfo: { kernel_append_params: 'a=$& %default% instance' },
      }),
    )
    expect(script).toContain(' text a=$& nofb instance ipa-api-url=http://api:6385 BOOTIF=')
  })

  it('takes a default that goes on in the next line for one line', () => {
    const kernelAppendParams = '\nnofb console=tty0 \r\n  systemd.journald.forward_to_console=yes\n'
    const script = new NodeScripts({ ...options, kernelAppendParams }).render(aNode())
    expect(script).toContain(' text nofb console=tty0 systemd.journald.forward_to_console=yes ipa-api-url=')
  })

  it('adds no line whatever the database holds', () => {
    const lines = scripts.render(aNode()).split('\n').length
    fc.assert(
      fc.property(anyText, fc.jsonValue(), (params, other) => {
        try {
          const script = scripts.render(
            aNode({
              name: params,
              instanceInfo: { kernel_append_params: params },
              extra: { other },
              properties: { other },
            }),
          )
          expect(script.split(/\r\n|\r|\n/).length).toBe(lines)
        } catch (error) {
          expect(error).toMatchObject({ code: 'TemplateFailed' })
        }
      }),
    )
  })

  it('never makes a path of a strange UUID', () => {
    expect(() => scripts.render(aNode({ uuid: '../../etc' }))).toThrow(failed('BootConfigUnavailable'))
  })

  it("goes where Ironic's template has what diskless machines boot", () => {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-node-'))
    try {
      const templateFile = join(folder, 'own.template')
      const own = new NodeScripts({ ...options, templates: { files: { 'boot.ipxe': templateFile } } })
      const instance = { provisionState: 'active', deployInterface: 'ramdisk', instanceInfo: { boot_iso: 'http://i' } }
      writeFileSync(templateFile, '#!ipxe\ngoto deploy\n:deploy\nboot || goto deploy\n:boot_ramdisk\nboot\n')
      expect(own.render(aNode())).toBe('#!ipxe\ngoto deploy\n:deploy\nboot || goto deploy\n:boot_ramdisk\nboot')
      expect(own.render(aNode(instance))).toContain('#!ipxe\ngoto boot_ramdisk\n:deploy\nboot || goto deploy')
      writeFileSync(templateFile, '#!ipxe\n:deploy\nboot\n')
      expect(() => own.render(aNode(instance))).toThrow(/no label boot_ramdisk/)
      writeFileSync(templateFile, '<html>')
      expect(() => own.render(aNode())).toThrow(/makes no boot.ipxe/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('scriptInputs', () => {
  it('differ when the script does, and not for what it does not hold', () => {
    const before = scriptInputs(aNode(), 'boot.ipxe')
    expect(scriptInputs(aNode({ name: 'other', extra: { a: 1 } }), 'boot.ipxe')).toBe(before)
    expect(scriptInputs(aNode({ provisionState: 'clean wait' }), 'boot.ipxe')).toBe(before)
    for (const changes of [
      { provisionState: 'active', deployInterface: 'ramdisk' },
      { instanceInfo: { kernel_append_params: 'x' } },
      { driverInfo: { ...aNode().driverInfo, kernel_append_params: 'x' } },
      { driverInfo: { ...aNode().driverInfo, deploy_kernel: 'http://other' } },
      { driverInfo: { ...aNode().driverInfo, pxe_template: '/t' } },
      { properties: { cpu_arch: 'aarch64' } },
    ])
      expect(scriptInputs(aNode(changes), 'boot.ipxe')).not.toBe(before)
  })
})
