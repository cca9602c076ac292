import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aNode } from '../../test/support/a-node.ts'
import { NodeScripts, type NodeScriptsOptions } from './node-script.ts'
import { pixiecoreLoader } from './pixiecore-loader.ts'

const options: NodeScriptsOptions = {
  httpUrl: 'http://10.0.0.11:8080/a"b',
  kernelAppendParams: '',
  ipxeTimeoutSeconds: 0,
  apiUrl: 'http://10.0.0.1:6385',
}
/** With kernel parameters of the node's own, which come as they are. */
const render = (parameters: string) => {
  const node = aNode({ instanceInfo: { kernel_append_params: parameters } })
  return JSON.parse(new NodeScripts(options).render(node, pixiecoreLoader)) as {
    kernel: string
    initrd: string[]
    cmdline: string
  }
}

/** What Go's text/template makes of a text with no other actions than strings. */
const expanded = (template: string) => template.replaceAll('{{"{{"}}', '\u0000').replaceAll('\u0000', '{{')

describe('Pixiecore', () => {
  it('gets the command line as it was, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', ' ', '-', 'a', '$') }),
        ),
        (text) => {
          fc.pre(!text.includes('%default%'))
          let cmdline: string
          try {
            cmdline = render(text).cmdline
          } catch (error) {
            expect(error).toMatchObject({ code: 'TemplateFailed' })
            return
          }
          const words = [text, 'ipa-api-url=http://10.0.0.1:6385'].filter(Boolean).join(' ')
          expect(expanded(cmdline)).toBe(`selinux=0 troubleshoot=0 text ${words} BOOTIF=\${mac}`)
          // No action of its own is left of the text.
          expect(cmdline.replaceAll('{{"{{"}}', '')).not.toContain('{{')
        },
      ),
    )
  })

  it('gets URLs in which quotes are only quotes', () => {
    const { initrd, kernel } = render('')
    expect(kernel).toMatch(/^http:\/\/10\.0\.0\.11:8080\/a"b\/[0-9a-f-]{36}\/deploy_kernel$/)
    expect(initrd).toEqual([kernel.replace('kernel', 'ramdisk')])
  })

  it.each(['a\nb', 'a || b', '# b'])('gets nothing that its iPXE would misread: %j', (text) => {
    expect(() => render(text)).toThrow(expect.objectContaining({ code: 'TemplateFailed' }))
  })

  it('gets no ISO, which it could not boot', () => {
    const node = aNode({
      provisionState: 'active',
      deployInterface: 'ramdisk',
      instanceInfo: { boot_iso: 'http://images.example/live.iso' },
    })
    expect(() => new NodeScripts(options).render(node, pixiecoreLoader)).toThrow(
      expect.objectContaining({ code: 'UnsupportedDriverExtension' }),
    )
  })
})
