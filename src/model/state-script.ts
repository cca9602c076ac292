import type { NodeWithPorts } from './node.ts'

/** One of a node's boot files as its machine would get it in a state: either `script` or `error` is null. */
export interface StateScript {
  /** A provision state; null is what old releases stored for `available`. */
  state: string | null
  /** e.g. `boot.ipxe`. */
  name: string
  script: string | null
  /** Why the machine would get none: code and message, for operators only. */
  error: string | null
}

/**
 * The boot files of a node, in each state in which its machine boots and in the one that it is in; beside a running Ironic, only in
 * the latter. Changes nothing, fetches no images, and rejects only where the database or a fault stands in the way.
 */
export type ScriptsByState = (node: NodeWithPorts) => Promise<StateScript[]>
