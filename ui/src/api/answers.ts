/* What the API answers below /v1/bootring/. Boots and minutes are those of the model. */

import type { BootMinute } from '../../../src/model/boot-events.ts'
import type { Boot } from '../../../src/model/boots.ts'

export interface Overview {
  version: string
  mode: string
  server: string
  now: number
  nodes: number
  states: { state: string | null; nodes: number }[]
  conductors: OverviewConductor[]
  events: { kept: number | null; dropped: number; enabled: boolean }
}

export interface OverviewConductor {
  hostname: string
  conductor_group: string
  hardware_types: string[]
  alive: boolean
  draining: boolean
  last_heartbeat: number | null
}

export interface NodeCounts {
  maintenance: number
  error: number
  /** The most frequent first. */
  drivers: { name: string; nodes: number }[]
  boot_interfaces: { name: string; nodes: number }[]
}

export interface ShownNode {
  uuid: string
  name: string | null
  provision_state: string | null
  driver: string
  /** null: the default of its driver. */
  boot_interface: string | null
  conductor_group: string
  owner: string | null
  macs: string[]
  maintenance: boolean
  last_error: string | null
  may_boot: boolean
}

export interface NodeList {
  nodes: ShownNode[]
  next: string | null
}

export interface NodeWithExplanation extends ShownNode {
  explanation: Explanation | null
}

/** What `bootring explain --json` prints, as far as it is shown. */
export interface Explanation {
  mac: string
  name: string
  outcome: 'served' | 'refused' | 'unavailable'
  code: string | null
  reason: string | null
  remedy: string | null
  ring: {
    name: string
    owner: string | null
    conductors: { hostname: string; alive: boolean; seconds_since_heartbeat: number | null }[]
  } | null
  attempts: { conductor: string; address: string | null; milliseconds: number; error: string | null }[]
  conductor: string | null
}

export interface Scripts {
  scripts: { state: string; name: string; script: string | null; error: string | null }[]
}

export interface Rings {
  rings: Ring[]
}

/** Positions and shares are fractions of the circle. */
export interface Ring {
  name: string
  conductor_group: string
  hardware_type: string
  conductors: { hostname: string; alive: boolean; share: number; nodes: number }[]
  nodes: [uuid: string, name: string | null, owner: string | null, point: number | null][]
  arcs: [from: number, to: number, hostname: string][]
}

export interface Boots {
  boots: Boot[]
  next: number | null
}

export interface Figures {
  minutes: BootMinute[]
}
