import type { NodeWithPorts } from '../model/node.ts'
import type { Report } from './finding.ts'
import type { World } from './world.ts'

/** One thing to look at before machines do. */
export interface Check {
  /** For `--only` and `--skip`. */
  readonly name: string
  /** One sentence: what is looked at. */
  readonly title: string
  begin(world: World): CheckRun
}

/** A check at work: first it is handed each node, several at a time, then it is ended. */
export interface CheckRun {
  node?(facts: NodeFacts): Report[] | Promise<Report[]>
  end?(): Report[] | Promise<Report[]>
}

/** A node, and what its machine gets. */
export interface NodeFacts {
  readonly node: NodeWithPorts
  /** Whether its state lets its machine boot now. */
  readonly bootsNow: boolean
  /** Empty where it boots by other ways than the network. */
  readonly files: readonly NodeFile[]
}

/** One of a node's boot files in the state in which it boots, or will boot next. */
export type NodeFile = { readonly name: string; readonly state: string | null } & (
  | { readonly text: string }
  | { readonly error: { readonly message: string; readonly remedy: string } }
)

export const about = ({ name, uuid }: NodeWithPorts): Pick<Report, 'node'> => ({ node: { uuid, name } })
