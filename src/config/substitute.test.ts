import { describe, expect, it } from 'vitest'
import { createSubstitution, type Lookup } from './substitute.ts'

const options: Record<string, string> = {
  'DEFAULT.my_ip': '192.0.2.1',
  'DEFAULT.nested': 'http://$my_ip',
  'DEFAULT.price': '$$5',
  'DEFAULT.a': '$b',
  'DEFAULT.b': `x\${api.c}`,
  'api.c': `\${a}`,
  'api.port': '6385',
  'api.url': `\${DEFAULT.nested}:$port`,
  'api.broken': '$nowhere',
  'db.password': 'hunter2',
}
for (let index = 0; index < 40; index++) options[`wide.w${index}`] = `$w${index + 1}$w${index + 1}`
options['wide.w40'] = ''
for (let index = 0; index < 100; index++) options[`deep.d${index}`] = `$d${index + 1}`
options['deep.d100'] = 'end'
for (let index = 0; index < 30; index++) options[`big.x${index}`] = `$x${index + 1}$x${index + 1}`
options['big.x30'] = 'x'

const lookup: Lookup = (group, name) => {
  const text = options[`${group}.${name}`]
  return text === undefined ? undefined : { group, name, text, public: group !== 'db' }
}
const substitute = createSubstitution(lookup)
const text = (group: string, value: string): string => {
  const result = substitute(group, value)
  return 'text' in result ? result.text : `expected ${result.expected}`
}

describe('substitution', () => {
  it.each([
    ['$my_ip', '192.0.2.1'],
    ['http://$my_ip:80/', 'http://192.0.2.1:80/'],
    [`\${my_ip}0`, '192.0.2.10'],
    ['$api.port', '6385'],
    [`\${api.url}/v1`, 'http://192.0.2.1:6385/v1'],
    ['$price', '$5'],
  ])('%s', (value, result) => {
    expect(text('DEFAULT', value)).toBe(result)
  })

  it.each([
    ['$$', '$'],
    ['\\$my_ip', '$my_ip'],
    ['$$my_ip', '$my_ip'],
    ['100$', '100$'],
    ['$1 $-', '$1 $-'],
    [`\${`, `\${`],
    [`\${my ip}`, `\${my ip}`],
    ['$$$my_ip', '$192.0.2.1'],
  ])('leaves or unescapes %s', (value, result) => {
    expect(text('DEFAULT', value)).toBe(result)
  })

  it("looks in the value's own group first, then in DEFAULT", () => {
    expect(text('api', '$port $my_ip')).toBe('6385 192.0.2.1')
    expect(text('DEFAULT', '$port')).toMatch(/^expected \$port to name an option that is set/)
  })

  it('passes on the failure of what is referred to', () => {
    expect(text('DEFAULT', 'x $api.broken')).toMatch(/^expected \$nowhere to name/)
  })

  it('names a circle', () => {
    expect(text('DEFAULT', '$a')).toBe(
      'expected no circle of references: [DEFAULT]a → [DEFAULT]b → [api]c → [DEFAULT]a',
    )
  })

  it('resolves each option once, however often it is referred to', () => {
    expect(text('wide', '$w0')).toBe('')
  })

  it('bounds the length of a chain and of a text', () => {
    expect(text('deep', '$d0')).toBe('expected at most 50 references in a row')
    expect(text('big', '$x0')).toBe('expected at most 65536 characters after substitution')
  })

  it('knows whether a value may be shown', () => {
    expect(substitute('DEFAULT', '$my_ip')).toMatchObject({ public: true })
    expect(substitute('DEFAULT', `$my_ip \${db.password}`)).toMatchObject({ text: '192.0.2.1 hunter2', public: false })
  })
})
