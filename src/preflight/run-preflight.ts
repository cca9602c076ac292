import type { Check } from './check.ts'
import { type Finding, type Report, severities } from './finding.ts'
import type { World } from './world.ts'

/** Nodes that are looked at at a time: enough to keep conductors and image servers busy, too few to be a burden to them. */
const nodesAtATime = 16

export interface PreflightResult {
  /** The worst first; of the same check together. */
  findings: Finding[]
  nodes: number
}

/** Runs the checks. `onProgress`: how many nodes have been looked at. Throws `DatabaseUnavailable`. */
export async function runPreflight(
  world: World,
  checks: readonly Check[],
  onProgress: (nodes: number) => void = () => undefined,
): Promise<PreflightResult> {
  const findings: Finding[] = []
  const runs = checks.map((check) => ({ check, run: check.begin(world) }))
  // One by one: a fleet's worth of reports is more than a call may have arguments.
  const add = (check: string, reports: readonly Report[]) => {
    for (const report of reports) findings.push({ check, ...report })
  }

  let nodes = 0
  const perNode = runs.filter(({ run }) => run.node !== undefined)
  const iterator = world.nodes()[Symbol.asyncIterator]()
  const worker = async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      const node = next.value
      const facts = { node, bootsNow: world.bootsNow(node), files: await world.bootFiles(node) }
      for (const { check, run } of perNode) add(check.name, (await run.node?.(facts)) ?? [])
      nodes += 1
      onProgress(nodes)
    }
  }
  if (perNode.length > 0) await Promise.all(Array.from({ length: nodesAtATime }, worker))
  for (const { check, run } of runs) add(check.name, (await run.end?.()) ?? [])
  return { findings: sorted(findings, checks), nodes }
}

function sorted(findings: readonly Finding[], checks: readonly Check[]): Finding[] {
  const places = new Map(checks.map(({ name }, index) => [name, index]))
  const place = ({ check, severity }: Finding) =>
    severities.indexOf(severity) * checks.length + (places.get(check) ?? 0)
  return [...findings].sort((a, b) => place(a) - place(b) || compare(subject(a), subject(b)))
}

const subject = ({ conductor = '', file = '', line = 0, node }: Finding): string =>
  [node?.name ?? '', node?.uuid ?? '', conductor, file, String(line).padStart(8, '0')].join('\n')

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
