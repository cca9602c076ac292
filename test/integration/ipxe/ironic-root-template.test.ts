import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { renderIronicRootTemplate } from '../../../src/ipxe/ironic-root-template.ts'
import { type RootScriptOptions, renderRootScript } from '../../../src/ipxe/root-script.ts'
import { describeWith } from '../../support/describe-with.ts'

/*
 * The template for Ironic's [pxe]ipxe_boot_script, rendered by the real Jinja2 as Ironic does it: byte for byte the root script that
 * bootring prints for the same options.
 */

const pythons = {
  'as Debian has it': '/usr/bin/python3',
  'the newest': fileURLToPath(new URL('../../../.tools/ironic-newest/bin/python', import.meta.url)),
}
const has = (python: string, module: string): boolean =>
  spawnSync(python, ['-c', `import importlib.util, sys; sys.exit(importlib.util.find_spec('${module}') is None)`])
    .status === 0
const python = Object.values(pythons).find((path) => has(path, 'jinja2'))
const renderer = fileURLToPath(new URL('render-with-jinja2.py', import.meta.url))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-ironic-template-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function ironicWrites(template: string, fallbackScript: string | null): string {
  const path = join(folder, 'boot.ipxe')
  writeFileSync(path, template)
  const cases = [{ ipxe_for_mac_uri: 'pxelinux.cfg/', ipxe_fallback_script: fallbackScript }]
  const input = JSON.stringify({ template: path, cases })
  const run = spawnSync(python ?? '', [renderer], { input, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout)[0]
}

const options: RootScriptOptions = {
  useBootConfigApi: true,
  apiRootUrl: 'http://10.0.0.1:6386',
  httpUrl: 'http://10.0.0.11:8080',
}
const variants: Record<string, RootScriptOptions> = {
  'one API': options,
  'several APIs': { ...options, otherApiRootUrls: ['http://[fd00::2]:6386'] },
  'a time-out and a slow failover': { ...options, ipxeTimeoutSeconds: 20, failoverSeconds: 300 },
  'a URL with braces in it': { ...options, apiRootUrl: 'http://api/{{x}}/{%y%}/{#z#}/<&>' },
}

describeWith(python === undefined ? 'python3-jinja2' : undefined, "Ironic's root script, with", () => {
  for (const [name, variant] of Object.entries(variants)) {
    const template = renderIronicRootTemplate(variant)

    it.each([null, ''])(`${name} and no fallback script (%j)`, (fallbackScript) => {
      expect(ironicWrites(template, fallbackScript)).toBe(renderRootScript(variant))
    })

    it.each(['inspector.ipxe', 'http://10.0.0.1/rescue me.ipxe', ' http://[fd00::1]/x?a=1&b=<c>'])(
      `${name} and the fallback script %s`,
      (fallbackScript) => {
        expect(ironicWrites(template, fallbackScript)).toBe(renderRootScript({ ...variant, fallbackScript }))
      },
    )
  }
})

for (const [which, ironicPython] of Object.entries(pythons))
  describeWith(has(ironicPython, 'ironic') ? undefined : `Ironic ${which}`, `Ironic, ${which}`, () => {
    it.each([[[]], [['inspector.ipxe']]])(
      "writes bootring's root script from the template, %j",
      (fallback) => {
        const httpRoot = join(folder, 'http')
        mkdirSync(httpRoot)
        const path = join(folder, 'boot.ipxe')
        writeFileSync(path, renderIronicRootTemplate(options))
        const program = fileURLToPath(new URL('create-ipxe-boot-script.py', import.meta.url))
        const run = spawnSync(ironicPython, [program, path, httpRoot, ...fallback], {
          encoding: 'utf8',
          timeout: 60_000,
        })
        expect(run.status, run.stderr).toBe(0)
        const written = readFileSync(join(httpRoot, 'boot.ipxe'), 'utf8')
        rmSync(httpRoot, { recursive: true })
        expect(written).toBe(renderRootScript({ ...options, fallbackScript: fallback[0] }))
      },
      90_000,
    )
  })
