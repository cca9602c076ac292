import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { rootScriptCommand } from './root-script.ts'

let folder: string
let file: string
beforeAll(() => {
  // Else Ironic's usual folder on this machine would be read as well.
  vi.stubEnv('IRONIC_CONFIG_DIR', '/nowhere')
  folder = mkdtempSync(join(tmpdir(), 'bootring-root-script-'))
  writeFileSync(join(folder, 'boot.ipxe'), "#!ipxe\n# Ironic's own\n")
  file = join(folder, 'ironic.conf')
  writeFileSync(
    file,
    `[DEFAULT]\nmy_ip = 192.0.2.7\n
[pxe]\nipxe_boot_script = ${folder}/boot.ipxe\nipxe_fallback_script = inspector.ipxe\nipxe_timeout = 9\n`,
  )
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

async function print(args: string[], more = ''): Promise<string> {
  const extra = join(folder, 'more.conf')
  writeFileSync(extra, more)
  let text = ''
  const output = {
    write: (part: string) => {
      text += part
    },
  }
  await rootScriptCommand(output).parseAsync([...args, '--config-file', file, '--config-file', extra], { from: 'user' })
  return text
}

const links = (script: string): string[] =>
  [...script.matchAll(/chain .*?(http\S*\/)\$\{mac:hexhyp\}/g)].map((m) => m[1] ?? '')

describe('bootring root-script', () => {
  it("is bootring's own beside Ironic, whatever template Ironic has, and links to the API", async () => {
    const script = await print(['--attached'])
    expect(new Set(links(script))).toEqual(new Set(['http://192.0.2.7:6386/v1/boot/']))
    expect(script).toContain('--timeout 9000 ')
    expect(script).toContain('chain inspector.ipxe && goto done ||')
    expect(await print([])).toBe("#!ipxe\n# Ironic's own")
  })

  it('needs no database, so that any host can print it', async () => {
    await expect(print(['--attached'])).resolves.toMatch(/^#!ipxe\n/)
  })

  it('names the API as the options do', async () => {
    const port = await print(['--attached'], '[bootring]\napi_port = 7001')
    expect(links(port)[0]).toBe('http://192.0.2.7:7001/v1/boot/')
    const proxy = '[pxe]\nipxe_config_api_root_url = http://boot.example/x/\n'
    expect(links(await print(['--attached'], proxy))[0]).toBe('http://boot.example/x/v1/boot/')
    const several = await print(['--attached'], `${proxy}[bootring]\napi_root_urls = http://a:1, http://b:2/\n`)
    expect(links(several).slice(0, 2)).toEqual(['http://a:1/v1/boot/', 'http://b:2/v1/boot/'])
  })

  it('waits for a death to be seen, where one ever is', async () => {
    expect(await print(['--attached'])).toContain('longer than the 75 seconds')
    expect(await print(['--attached'], '[conductor]\nheartbeat_timeout = 0')).toContain('longer than the 15 seconds')
  })

  it('prints the template for Ironic only where there is one', async () => {
    const template = await print(['--attached', '--ironic-template'])
    expect(template).toContain('{% if ipxe_fallback_script -%}')
    expect(template).not.toContain('inspector.ipxe')
    await expect(print(['--ironic-template'])).rejects.toThrow(/give --attached/)
  })
})
