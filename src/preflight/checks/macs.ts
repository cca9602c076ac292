import type { NodeWithPorts } from '../../model/node.ts'
import { about, type Check } from '../check.ts'
import type { Report } from '../finding.ts'

export const macs: Check = {
  name: 'macs',
  title: 'Each MAC is written as the boot path asks for it, belongs to one node, and can be that of a NIC.',
  begin() {
    const owners = new Map<string, Pick<NodeWithPorts, 'uuid' | 'name'>>()
    return {
      node({ node }) {
        return node.ports.flatMap(({ address }) => {
          const digits = address.toLowerCase().replace(/[^0-9a-f]/g, '')
          const before = owners.get(digits)
          owners.set(digits, before ?? node)
          return [
            ...notation(address, digits),
            ...(before === undefined ? [] : [duplicate(address, before)]),
            ...kind(address, digits),
          ].map((report) => ({ ...about(node), ...report }))
        })
      },
    }
  },
}

function notation(address: string, digits: string): Report[] {
  const canonical = digits.match(/../g)?.join(':') ?? ''
  if (digits.length === 12 && address === canonical) return []
  return [
    {
      severity: 'error',
      message:
        digits.length === 12
          ? `port address ${JSON.stringify(address)} is in a notation that is never found: machines are looked up as ${canonical}`
          : `port address ${JSON.stringify(address)} is no MAC`,
      remedy: 'Write it in lower case, with colons.',
    },
  ]
}

const duplicate = (address: string, owner: Pick<NodeWithPorts, 'uuid' | 'name'>): Report => ({
  severity: 'error',
  message: `MAC ${address} is that of node ${owner.name ?? owner.uuid} as well`,
  remedy: 'Delete the port of the node whose NIC it is not.',
})

function kind(address: string, digits: string): Report[] {
  if (digits.length !== 12) return []
  const first = Number.parseInt(digits.slice(0, 2), 16)
  if (/^0+$/.test(digits))
    return [
      { severity: 'error', message: `MAC ${address} is all zero: no NIC has it`, remedy: "Register the NIC's own." },
    ]
  if ((first & 1) === 1)
    return [
      {
        severity: 'error',
        message: `MAC ${address} is one of a group: no NIC has it`,
        remedy: "Register the NIC's own.",
      },
    ]
  if ((first & 2) === 0) return []
  return [
    {
      severity: 'info',
      message: `MAC ${address} is locally administered: of a virtual machine, or set by software that may set another one`,
      remedy: 'Nothing has to be done where the machine is virtual.',
    },
  ]
}
