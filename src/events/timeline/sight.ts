/** Which steps of a boot come to light here. Those that do not say nothing by being absent. */
export interface Sight {
  /** Kernels and ramdisks are served by conductors, and by no other web server. */
  readonly files: boolean
  /** Agents call this API, or nodes are followed up in the database of the Ironic that they call. */
  readonly agents: boolean
}

export const seesAll: Sight = { files: true, agents: true }
