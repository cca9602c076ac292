import type { FleetNode } from '../../model/stores.ts'
import type { DemoApi } from './installation.ts'

/** A node with one of its MACs, and its owner as `bootring ring --json` says. */
export interface DemoNode {
  name: string
  mac: string
  /** Host name of the conductor. */
  owner: string
}

export interface ScriptAnswer {
  node: DemoNode
  api: DemoApi
  status: number
  script: string
  milliseconds: number
}

/** Joins the fleet file's nodes with what `bootring ring --json` printed, by name. */
export function nodesOf(fleet: FleetNode[], ringJson: string): DemoNode[] {
  const { nodes } = JSON.parse(ringJson) as { nodes: { name: string; owner: string }[] }
  const owners = new Map(nodes.map(({ name, owner }) => [name, owner]))
  return fleet.flatMap(({ name, ports }) => {
    const [port] = ports
    const owner = name && owners.get(name)
    return name && port && owner ? [{ name, mac: port.address, owner }] : []
  })
}

/** Each node's script through each API, one request after another as firmware would. */
export async function fetchScripts(apis: DemoApi[], nodes: DemoNode[]): Promise<ScriptAnswer[]> {
  const answers: ScriptAnswer[] = []
  for (const api of apis) {
    for (const node of nodes) {
      const started = performance.now()
      const response = await fetch(`http://127.0.0.1:${api.port}/v1/boot/${node.mac.replaceAll(':', '-')}/boot.ipxe`)
      const script = await response.text()
      answers.push({ node, api, status: response.status, script, milliseconds: performance.now() - started })
    }
  }
  return answers
}
