import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { aNode } from '../../test/support/a-node.ts'
import type { NodeWithPorts } from '../model/node.ts'
import { grubLoader } from './grub-loader.ts'
import { ipxeLoader } from './ipxe-loader.ts'
import { NodeScripts, type NodeScriptsOptions } from './node-script.ts'
import { pixiecoreLoader } from './pixiecore-loader.ts'
import { pxelinuxLoader } from './pxelinux-loader.ts'
import { renderRootGrub } from './root-grub.ts'
import { type RootScriptOptions, renderRootScript } from './root-script.ts'

/*
 * Expected scripts, one file a case, compared byte for byte. To see what a change of a template does, run
 * `npx vitest run --project unit src/ipxe/golden.test.ts -u` and read the difference in git.
 */

const folder = fileURLToPath(new URL('../../test/golden/', import.meta.url))

const root: RootScriptOptions = {
  useBootConfigApi: true,
  apiRootUrl: 'http://10.0.0.1:6385',
  httpUrl: 'http://10.0.0.11:8080',
}
const options: NodeScriptsOptions = {
  httpUrl: 'http://10.0.0.11:8080',
  kernelAppendParams: 'nofb vga=normal',
  ipxeTimeoutSeconds: 0,
  apiUrl: 'http://10.0.0.1:6385',
}
const node = (changes: Partial<NodeWithPorts> = {}, more: Partial<NodeScriptsOptions> = {}, loader = ipxeLoader) =>
  new NodeScripts({ ...options, ...more }).render(aNode(changes), loader)
const diskless = (instanceInfo: NodeWithPorts['instanceInfo'], loader = ipxeLoader) =>
  node(
    {
      provisionState: 'active',
      deployInterface: 'ramdisk',
      instanceInfo: {
        kernel: 'http://images.example/vmlinuz',
        ramdisk: 'http://images.example/initrd',
        ...instanceInfo,
      },
    },
    {},
    loader,
  )

/** Of GRUB, pxelinux and Pixiecore, by file name. */
const others: Record<string, () => string> = {
  'node-agent.grub': () => node({}, {}, grubLoader),
  'node-agent-ipv6.grub': () =>
    node({}, { httpUrl: 'http://[fd00::11]:8080', apiUrl: 'http://[fd00::1]:6385' }, grubLoader),
  'node-agent-params.grub': () =>
    node({ instanceInfo: { kernel_append_params: `%default% a=\${net0/ip} b;c|d&e{f}<g> #h *` } }, {}, grubLoader),
  'node-rescue.grub': () => node({ provisionState: 'rescue wait' }, {}, grubLoader),
  'node-ramdisk.grub': () => diskless({ ramdisk_kernel_arguments: 'quiet' }, grubLoader),
  'node-agent.pxelinux': () => node({}, {}, pxelinuxLoader),
  'node-ramdisk.pxelinux': () => diskless({ ramdisk_kernel_arguments: 'quiet' }, pxelinuxLoader),
  'node-agent.pixiecore': () => node({}, {}, pixiecoreLoader),
  'node-ramdisk.pixiecore': () => diskless({ ramdisk_kernel_arguments: 'quiet' }, pixiecoreLoader),
  'root.grub': () => renderRootGrub(root),
  'root-several-apis.grub': () =>
    renderRootGrub({
      ...root,
      apiRootUrl: 'http://boot.example/ironic/',
      otherApiRootUrls: ['http://10.0.0.2:6385', 'http://[fd00::3]:6385/'],
    }),
}

const cases: Record<string, () => string> = {
  'root-api': () => renderRootScript(root),
  'root-api-proxy': () => renderRootScript({ ...root, apiRootUrl: 'http://boot.example/ironic/' }),
  'root-api-ipv6': () => renderRootScript({ ...root, apiRootUrl: 'http://[fd00::1]:6385' }),
  'root-several-apis': () =>
    renderRootScript({
      ...root,
      otherApiRootUrls: ['http://10.0.0.2:6385', 'http://[fd00::3]:6385/'],
      ipxeTimeoutSeconds: 5,
    }),
  'root-fallback': () => renderRootScript({ ...root, fallbackScript: 'http://10.0.0.1/rescue me.ipxe' }),
  'root-files': () => renderRootScript({ ...root, useBootConfigApi: false }),
  'root-files-ipv6': () => renderRootScript({ ...root, useBootConfigApi: false, httpUrl: 'http://[fd00::11]:8080' }),
  'root-slow-failover': () => renderRootScript({ ...root, failoverSeconds: 300 }),
  'root-timeout': () => renderRootScript({ ...root, ipxeTimeoutSeconds: 20 }),
  'node-agent': () => node(),
  'node-agent-defaults': () => node({ driverInfo: {} }, { deployKernel: 'file:///k', deployRamdisk: 'file:///r' }),
  'node-agent-ipv6': () => node({}, { httpUrl: 'http://[fd00::11]:8080', apiUrl: 'http://[fd00::1]:6385' }),
  'node-agent-params': () =>
    node({ driverInfo: { ...aNode().driverInfo, kernel_append_params: `%default% console=ttyS0 ip=\${net0/ip}` } }),
  'node-agent-timeout': () => node({}, { ipxeTimeoutSeconds: 30 }),
  'node-rescue': () =>
    node({
      provisionState: 'rescue wait',
      driverInfo: { rescue_kernel: 'http://images.example/k', rescue_ramdisk: 'http://images.example/r' },
    }),
  'node-ramdisk': () => diskless({}),
  'node-ramdisk-arguments': () => diskless({ ramdisk_kernel_arguments: 'quiet', kernel_append_params: 'panic=10' }),
  'node-ramdisk-iso': () => diskless({ boot_iso: 'http://images.example/live.iso' }),
}

describe('scripts', () => {
  it.each(Object.entries(cases))('%s is as expected', async (name, render) => {
    await expect(render()).toMatchFileSnapshot(`${folder}${name}.ipxe`)
  })

  it.each(Object.entries(others))('%s is as expected', async (name, render) => {
    await expect(render()).toMatchFileSnapshot(`${folder}${name}`)
  })

  it('have one expected file each, and there are no others', () => {
    expect(readdirSync(folder).sort()).toEqual(
      [...Object.keys(cases).map((name) => `${name}.ipxe`), ...Object.keys(others)].sort(),
    )
  })

  it.each(Object.keys(cases))('%s has only lines that iPXE understands', (name) => {
    const lines = readFileSync(`${folder}${name}.ipxe`, 'utf8').split('\n')
    expect(lines[0]).toBe('#!ipxe')
    const known =
      /^(?:#.*|:\w+|(?:set|inc|iseq|isset|imgfree|echo|chain|goto|sleep|exit|prompt|kernel|initrd|boot|sanboot)\b.*|)$/
    for (const line of lines) {
      expect(line).toMatch(known)
      // Old builds of iPXE have a console of 80 columns and nothing but ASCII.
      expect(line).toMatch(/^[ -~]*$/)
    }
    const labels = new Set(lines.filter((line) => line.startsWith(':')).map((line) => line.slice(1)))
    const targets = lines.flatMap((line) => [...line.matchAll(/\bgoto (\w+)/g)].map((found) => found[1]))
    for (const target of targets) expect(labels).toContain(target)
  })
})
