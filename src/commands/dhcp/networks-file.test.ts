import { describe, expect, it } from 'vitest'
import { BootringError } from '../../model/errors.ts'
import { NetworksFile } from './networks-file.ts'

function problemsOf(text: string): string {
  try {
    new NetworksFile(text, 'networks.yaml').check()
  } catch (error) {
    if (error instanceof BootringError && error.code === 'InvalidParameter') return error.message
    throw error
  }
  return ''
}

describe('a file of networks', () => {
  it('has one map for each, YAML or JSON', () => {
    const text = `
networks:
  - subnet: 192.0.2.0/24
    range: [192.0.2.10-192.0.2.20, 192.0.2.30-192.0.2.40]
    router: 192.0.2.1
    dns: 192.0.2.2
    vlan: 17
    lease: 7200
  - {subnet: 198.51.100.0/24, relay: true, shared: wire}
  - {subnet: 203.0.113.0/24, relay: [10.0.0.1]}
  - {subnet: 2001:db8::/64, ra_only: true, relay: false}
`
    const file = new NetworksFile(text, 'networks.yaml')
    file.check()
    expect(file.subnets.map(({ fields }) => fields)).toEqual([
      {
        subnet: '192.0.2.0/24',
        range: ['192.0.2.10-192.0.2.20', '192.0.2.30-192.0.2.40'],
        router: '192.0.2.1',
        dns: ['192.0.2.2'],
        vlan: '17',
        lease: '7200',
      },
      { subnet: '198.51.100.0/24', relay: true, shared: 'wire' },
      { subnet: '203.0.113.0/24', relay: ['10.0.0.1'] },
      { subnet: '2001:db8::/64', raOnly: true },
    ])
    expect(new NetworksFile('{"networks": [{"subnet": "192.0.2.0/24"}]}', 'n.json').subnets).toHaveLength(1)
  })

  it('is refused with file, line and field of all that is wrong', () => {
    expect(
      problemsOf(`networks:
  - subnet: 192.0.2.0/24
    rooter: 192.0.2.1
  - range: a-b
  - 7
  - subnet: 198.51.100.0/24
    relay: 5
    ra_only: perhaps
`).split('\n'),
    ).toEqual([
      'networks.yaml:3:5: networks[0].rooter: unknown key; did you mean router?',
      'networks.yaml:4:5: networks[1].subnet: is missing, e.g. subnet: 192.0.2.0/24',
      'networks.yaml:5:5: networks[2]: a map is needed, found the number 7',
      'networks.yaml:8:14: networks[3].ra_only: true or false is needed, found "perhaps"',
    ])
  })

  it('reports where a field stands, also what is found wrong with it later', () => {
    const file = new NetworksFile('networks:\n  - subnet: 192.0.2.0/24\n    router: 192.0.3.1\n', 'n.yaml')
    file.subnets[0]?.report('router', 'is elsewhere')
    expect(() => file.check()).toThrow('n.yaml:3:13: networks[0].router: is elsewhere')
  })

  it.each([
    ['', 'networks.yaml:1:1: networks: is missing'],
    ['- a\n', 'networks.yaml:1:1: a map with networks is needed, found a list'],
    ['networks: {}\n', 'networks.yaml:1:11: networks: a list of networks is needed, found a map'],
    ['networks: []\n', 'networks.yaml:1:11: networks: a list of networks is needed, found a list'],
  ])('%j is none', (text, problem) => expect(problemsOf(text)).toBe(problem))
})
