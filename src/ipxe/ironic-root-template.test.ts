import { describe, expect, it } from 'vitest'
import { renderIronicRootTemplate } from './ironic-root-template.ts'

describe("the template for Ironic's [pxe]ipxe_boot_script", () => {
  const template = renderIronicRootTemplate({
    useBootConfigApi: true,
    apiRootUrl: 'http://10.0.0.1:6386',
    httpUrl: 'http://10.0.0.11:8080',
  })

  it('leaves nothing to Ironic but the fallback script', () => {
    const expressions = [...template.matchAll(/\{\{(.*?)\}\}|\{%(.*?)%\}/g)].map((found) => found[0])
    expect(new Set(expressions)).toEqual(
      new Set([
        '{% if ipxe_fallback_script -%}',
        "{{ ipxe_fallback_script | trim | replace(' ', '%20') }}",
        '{% endif -%}',
      ]),
    )
  })

  it('has the links to the API in it', () => {
    expect(template).toContain(`http://10.0.0.1:6386/v1/boot/\${netX/mac:hexhyp}/boot.ipxe`)
    expect(template).not.toContain('pxelinux.cfg')
  })
})
