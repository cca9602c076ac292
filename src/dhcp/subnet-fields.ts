/** A subnet as an operator writes it down. */
export interface SubnetFields {
  subnet: string
  /** `<first>-<last>`; `none` alone: reserved addresses only. */
  range?: readonly string[]
  router?: string
  dns?: readonly string[]
  domain?: string
  interface?: string
  /** VLAN id: the interface is `<parent>.<id>`. */
  vlan?: string
  /** Requests come by relays: true, or their addresses. */
  relay?: true | readonly string[]
  shared?: string
  lease?: string
  raOnly?: boolean
}

export type SubnetField = keyof SubnetFields

/** Whom to tell what is wrong with which field. */
export type ReportField = (field: SubnetField, problem: string) => void
