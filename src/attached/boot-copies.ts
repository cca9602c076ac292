import type { BootNode } from '../model/node.ts'

/** What a conductor knows of other conductors' boot files. */
export interface BootCopies {
  /**
   * The last copy of a node's boot file, where it may be served: made while the node was in the same kind of wait as now,
   * and not outdated by a file of this conductor's own. undefined where there is none. Ask before looking at own files:
   * one that lies here all the same is a leftover from a former time as owner.
   */
  copyFor(node: BootNode, fileName: string): Promise<string | undefined>
}
