import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { grubLoader } from '../../../src/ipxe/grub-loader.ts'
import { NodeScripts, type NodeScriptsOptions } from '../../../src/ipxe/node-script.ts'
import { pxeOptions } from '../../../src/ipxe/pxe-options.ts'
import { pxelinuxLoader } from '../../../src/ipxe/pxelinux-loader.ts'
import { renderRootScript } from '../../../src/ipxe/root-script.ts'
import { Template } from '../../../src/ipxe/template.ts'
import type { NodeWithPorts } from '../../../src/model/node.ts'
import { aNode } from '../../support/a-node.ts'
import { describeWith } from '../../support/describe-with.ts'

/*
 * Ironic's templates of iPXE, GRUB and pxelinux, as Debian ships them, rendered by us and by the real Jinja2: byte for byte the same.
 */

// Installed, or else unpacked by tools/ironic-files.sh.
const folder = [
  '/usr/lib/python3/dist-packages/ironic/drivers/modules/',
  fileURLToPath(new URL('../../../.tools/ironic/', import.meta.url)),
].find((candidate) => existsSync(`${candidate}ipxe_config.template`))
const renderer = fileURLToPath(new URL('render-with-jinja2.py', import.meta.url))

function missing(): string | undefined {
  if (folder === undefined) return "Ironic's templates (python3-ironic)"
  return spawnSync('/usr/bin/python3', ['-c', 'import jinja2']).status === 0 ? undefined : 'python3-jinja2'
}

type Variables = Record<string, unknown>

function withJinja2(name: string, cases: Variables[]): string[] {
  const input = JSON.stringify({ template: `${folder}${name}`, cases })
  const run = spawnSync('/usr/bin/python3', [renderer], { input, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout)
}

const options: NodeScriptsOptions = {
  templates: {
    files: {
      'boot.ipxe': `${folder}ipxe_config.template`,
      'grub.cfg': `${folder}pxe_grub_config.template`,
      'pxelinux.cfg': `${folder}pxe_config.template`,
    },
  },
  httpUrl: 'http://10.0.0.11:8080',
  kernelAppendParams: 'nofb vga=normal',
  ipxeTimeoutSeconds: 0,
  apiUrl: 'http://10.0.0.1:6385',
}
const diskless = { provisionState: 'active', deployInterface: 'ramdisk' }
const nodes: Record<string, { changes: Partial<NodeWithPorts>; more?: Partial<NodeScriptsOptions> }> = {
  agent: { changes: {} },
  'agent with a time-out': { changes: {}, more: { ipxeTimeoutSeconds: 30 } },
  'agent with no parameters': { changes: { instanceInfo: { kernel_append_params: '' } } },
  'agent with markup in its parameters': {
    changes: { instanceInfo: { kernel_append_params: `%default% a='<b>&"c"' {{ d }} {% e %} \${net0/mac}` } },
  },
  'agent over IPv6': { changes: {}, more: { httpUrl: 'http://[fd00::11]:8080', apiUrl: 'http://[fd00::1]:6385' } },
  'kernel and ramdisk': {
    changes: {
      ...diskless,
      instanceInfo: { kernel: 'http://i/k', ramdisk: 'http://i/r', ramdisk_kernel_arguments: 'quiet root=/dev/ram0' },
    },
  },
  ISO: { changes: { ...diskless, instanceInfo: { boot_iso: 'http://i/live.iso' } }, more: { ipxeTimeoutSeconds: 5 } },
}

describeWith(missing(), "Ironic's own templates", () => {
  it.each(Object.entries(nodes))('ipxe_config.template is as from Jinja2: %s', (_, { changes, more }) => {
    const node = aNode(changes)
    const settings = { ...options, ...more }
    const variables = {
      pxe_options: pxeOptions(node, settings),
      ROOT: '{{ ROOT }}',
      DISK_IDENTIFIER: '{{ DISK_IDENTIFIER }}',
    }
    const [expected] = withJinja2('ipxe_config.template', [variables])
    expect(new Template(`${folder}ipxe_config.template`).render(variables)).toBe(expected)
    // What Ironic does to the rendered file of a machine that boots its own ramdisk.
    const label = node.deployInterface === 'ramdisk' ? 'boot_ramdisk' : 'deploy'
    expect(new NodeScripts(settings).render(node)).toBe(expected?.replace(/^goto .*$/gm, `goto ${label}`))
  })

  const loaders = [
    { template: 'pxe_grub_config.template', loader: grubLoader, first: /^set default=.*$/gm, instead: 'set default=' },
    { template: 'pxe_config.template', loader: pxelinuxLoader, first: /^default .*$/gm, instead: 'default ' },
  ]
  const others = Object.entries(nodes).filter(([name]) => name !== 'ISO' && !name.includes('markup'))
  it.each(loaders.flatMap((loader) => others.map(([name, { changes, more }]) => ({ ...loader, name, changes, more }))))(
    '$template is as from Jinja2: $name',
    ({ changes, first, loader, more, template, instead }) => {
      const node = aNode(changes)
      const settings = { ...options, ...more }
      const commands = { linux_cmd: 'linux', initrd_cmd: 'initrd' }
      const [expected] = withJinja2(template, [
        {
          pxe_options: { ...pxeOptions(node, settings, loader), ...commands },
          ROOT: loader.laterValue('ROOT'),
          DISK_IDENTIFIER: loader.laterValue('DISK_IDENTIFIER'),
        },
      ])
      const label = node.deployInterface === 'ramdisk' ? 'boot_ramdisk' : 'deploy'
      expect(new NodeScripts(settings).render(node, loader)).toBe(expected?.replace(first, `${instead}${label}`))
      expect(loader.recognises(expected ?? '')).toBe(true)
    },
  )

  it('ipxe_config.template is as from Jinja2: volumes (loops, enumerate and % formatting)', () => {
    const variables = {
      pxe_options: {
        ...pxeOptions(aNode(), options),
        boot_from_volume: true,
        username: 'me',
        password: 'secret',
        iscsi_initiator_iqn: 'iqn.2024-01.org.example:1',
        iscsi_boot_url: 'iscsi:10.0.0.9::3260:1:iqn.2024-01.org.example:9',
        iscsi_volumes: [
          { username: 'a', password: 'b', url: 'iscsi:1' },
          { username: 'c', password: 'd', url: 'iscsi:2' },
        ],
      },
    }
    const [expected] = withJinja2('ipxe_config.template', [variables])
    expect(expected).toContain('--drive 0x82 iscsi:2')
    expect(new Template(`${folder}ipxe_config.template`).render(variables)).toBe(expected)
  })

  it.each([undefined, 'http://10.0.0.1/fallback.ipxe'])(
    'boot.ipxe is as from Jinja2: fallback %s',
    (fallbackScript) => {
      const [expected] = withJinja2('boot.ipxe', [
        { ipxe_for_mac_uri: 'http://10.0.0.11:8080/pxelinux.cfg/', ipxe_fallback_script: fallbackScript ?? null },
      ])
      const options = {
        useBootConfigApi: false,
        apiRootUrl: 'http://a',
        httpUrl: 'http://10.0.0.11:8080',
        fallbackScript,
      }
      expect(renderRootScript({ ...options, templateFile: `${folder}boot.ipxe` })).toBe(expected)
    },
  )

  it('boot.ipxe is refused with the boot configuration API, to which it can not link', () => {
    const options = { useBootConfigApi: true, apiRootUrl: 'http://a', httpUrl: 'http://h' }
    expect(() => renderRootScript({ ...options, templateFile: `${folder}boot.ipxe` })).toThrow(/ipxe_for_mac_suffix/)
  })
})
