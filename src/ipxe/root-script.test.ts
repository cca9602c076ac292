import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RootScriptOptions, renderRootScript } from './root-script.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-root-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const options: RootScriptOptions = {
  useBootConfigApi: true,
  apiRootUrl: 'http://api:6385/',
  httpUrl: 'http://web:8080',
}

function withTemplate(text: string, more: Partial<RootScriptOptions> = {}): string {
  const templateFile = join(folder, 'own.ipxe')
  writeFileSync(templateFile, text)
  return renderRootScript({ ...options, ...more, templateFile })
}

describe('renderRootScript', () => {
  it.each([0, 15, 75, 120, 1000])('asks for longer than a failover of %i seconds', (failoverSeconds) => {
    const script = renderRootScript({ ...options, failoverSeconds })
    const pauses = [...script.matchAll(/^sleep (\d+)$/gm)].map((found) => Number(found[1]))
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThanOrEqual(failoverSeconds + 45)
    // The loop of a modern ROM ends where the list of an old one does.
    expect(script).toContain(`iseq \${bootring-pause} ${(pauses.at(-1) ?? 0) + 2} && goto give_up ||`)
  })

  it("gives an operator's template Ironic's variables, and the suffix", () => {
    const text = `#!ipxe\nchain {{ ipxe_for_mac_uri }}\${mac:hexhyp}{{ ipxe_for_mac_suffix }}`
    expect(withTemplate(text)).toContain(`chain http://api:6385/v1/boot/\${mac:hexhyp}/boot.ipxe`)
    expect(withTemplate(text, { useBootConfigApi: false })).toContain(
      `chain http://web:8080/pxelinux.cfg/\${mac:hexhyp}`,
    )
    expect(
      withTemplate('#!ipxe\n{% if ipxe_fallback_script %}{{ ipxe_fallback_script }}{% endif %}', {
        fallbackScript: 'f.ipxe',
      }),
    ).toBe('#!ipxe\nf.ipxe')
  })

  it('refuses a template whose links would answer 404', () => {
    const text = `#!ipxe\nchain {{ ipxe_for_mac_uri }}\${mac:hexhyp}`
    expect(() => withTemplate(text)).toThrow(expect.objectContaining({ code: 'ConfigInvalid' }))
    expect(() => withTemplate(text)).toThrow(/\[pxe\]ipxe_boot_script = .*own\.ipxe.*ipxe_for_mac_suffix/)
    expect(withTemplate(text, { useBootConfigApi: false })).toContain('pxelinux.cfg')
  })

  it('refuses what firmware would not take for a script', () => {
    expect(() => withTemplate('\n#!ipxe\n')).toThrow(/does not begin with #!ipxe/)
  })

  it.each([
    ['apiRootUrl', 'http://api\nreboot'],
    ['fallbackScript', 'x\nreboot'],
  ])('refuses a newline in %s', (name, value) => {
    expect(() => renderRootScript({ ...options, [name]: value })).toThrow(/control character/)
  })
})
