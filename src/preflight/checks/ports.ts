import { about, type Check } from '../check.ts'

export const ports: Check = {
  name: 'ports',
  title: 'Each node that boots over the network has a port with pxe_enabled, by which its machine is known.',
  begin: () => ({
    node({ bootsNow, files, node }) {
      if (files.length === 0 || node.ports.some(({ pxeEnabled }) => pxeEnabled)) return []
      return [
        {
          ...about(node),
          severity: bootsNow ? 'error' : 'warning',
          message: node.ports.length === 0 ? 'the node has no port' : 'none of the ports of the node has pxe_enabled',
          remedy: 'Register the MAC of the NIC that the machine boots from, with pxe_enabled.',
        },
      ]
    },
  }),
}
