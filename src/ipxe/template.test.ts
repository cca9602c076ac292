import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Template } from './template.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-template-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function template(text: string, name = 'main.ipxe'): Template {
  const path = join(folder, name)
  writeFileSync(path, text)
  return new Template(path)
}

describe('Template', () => {
  it.each([
    ['a\n', {}, 'a'],
    ['a\n\n', {}, 'a\n'],
    ['a\r\nb\r\n', {}, 'a\nb'],
    ['{{ x }}', { x: '<&"\'>' }, '<&"\'>'],
    ['{{ x|default("d", true) }}', { x: '' }, 'd'],
    ['{% if x %}y{% else %}n{% endif %}', {}, 'n'],
    ['{% for i, v in enumerate(xs) %}{{ i }}={{ v.n }};{% endfor %}', { xs: [{ n: 'a' }, { n: 'b' }] }, '0=a;1=b;'],
    ["{% set d = 129 + 1 %}{{ '0x%x' % d }}", {}, '0x82'],
    ["{{ '%s-%02d' % (a, b) }} {{ 7 % 4 }}", { a: 'x', b: 3 }, 'x-03 3'],
    ['{{ x is defined }}{% if y is none or not True %}z{% endif %}', { x: 1, y: null }, 'truez'],
    ["{{ o['a-b'] }}", { o: { 'a-b': 1 } }, '1'],
    [`\${net\${i}/mac} %}`, {}, `\${net\${i}/mac} %}`],
  ])('renders %j', (text, variables, expected) => {
    expect(template(text).render(variables)).toBe(expected)
  })

  it('never renders what a value says', () => {
    expect(template('{{ x }}').render({ x: '{{ 1 + 1 }}{% include "main.ipxe" %}' })).toContain('{{ 1 + 1 }}')
  })

  it.each([
    ['a\nb {{ ok }} {{ gone }}', /main\.ipxe, line 2: gone has no value/],
    ['a\n\n{{ ok }}{{ ok.gone|trim2 }}', /main\.ipxe.*trim2/],
    ['{{ opts.gone }}', /line 1: opts\.gone has no value/],
    ['{% if %}', /main\.ipxe, line 1/],
    ['{% for %}', /main\.ipxe/],
  ])('names template, line and variable: %j', (text, message) => {
    const work = () => template(text).render({ ok: 'x', opts: {} })
    expect(work).toThrow(expect.objectContaining({ code: 'TemplateFailed' }))
    expect(work).toThrow(message)
  })

  it('is read again when it or what it includes changes', () => {
    const main = template('{% include "part.ipxe" %}1')
    writeFileSync(join(folder, 'part.ipxe'), 'a')
    expect(main.render({})).toBe('a1')
    writeFileSync(join(folder, 'part.ipxe'), 'bb')
    expect(main.render({})).toBe('bb1')
    writeFileSync(join(folder, 'main.ipxe'), 'c')
    expect(main.render({})).toBe('c')
  })

  it('is whole again once a broken file has been mended', () => {
    const main = template('{{ broken')
    expect(() => main.render({})).toThrow()
    writeFileSync(join(folder, 'main.ipxe'), 'mended')
    expect(main.render({})).toBe('mended')
  })

  it('says that it is not there', () => {
    const missing = new Template(join(folder, 'none'))
    expect(() => missing.render({})).toThrow(expect.objectContaining({ code: 'TemplateFailed' }))
    expect(() => missing.render({})).toThrow(/cannot read template none: ENOENT/)
  })

  it.each(['../outside.ipxe', 'sub/../../outside.ipxe', 'link.ipxe', '/etc/passwd'])('does not include %s', (name) => {
    mkdirSync(join(folder, 'in/sub'), { recursive: true })
    writeFileSync(join(folder, 'outside.ipxe'), 'SECRET')
    symlinkSync(join(folder, 'outside.ipxe'), join(folder, 'in/link.ipxe'))
    const main = template(`{% include "${name}" %}`, 'in/main.ipxe')
    expect(() => main.render({})).toThrow(/outside its folder/)
  })

  it('may itself be a link, as in a mounted ConfigMap', () => {
    mkdirSync(join(folder, 'in'))
    writeFileSync(join(folder, 'real.ipxe'), 'here')
    symlinkSync(join(folder, 'real.ipxe'), join(folder, 'in/main.ipxe'))
    expect(new Template(join(folder, 'in/main.ipxe')).render({})).toBe('here')
  })
})
