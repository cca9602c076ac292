import type { MacAddress } from './mac.ts'

/** Free-form JSON column. */
export type JsonObject = Record<string, unknown>

/** A bare-metal machine: the part of Ironic's `nodes` row that bootring uses. */
export interface Node {
  id: number
  /** Canonical lower-case UUID. */
  uuid: string
  name: string | null
  /** Hardware type, e.g. `fake-hardware`. */
  driver: string
  /** Lower case; empty for none. */
  conductorGroup: string
  bootInterface: string | null
  deployInterface: string | null
  /** null is what old releases stored for `available`. */
  provisionState: string | null
  driverInfo: JsonObject
  instanceInfo: JsonObject
  driverInternalInfo: JsonObject
  properties: JsonObject
  /** What the machine's firmware is in, as far as known: `uefi` or `bios`. */
  bootMode: string | null
  extra: JsonObject
}

/** A NIC of a node: the part of Ironic's `ports` row that bootring uses. */
export interface Port {
  uuid: string
  address: MacAddress
  pxeEnabled: boolean
  extra: JsonObject
}

/** A node with its ports, ordered by address: all that rendering boot files takes. */
export interface NodeWithPorts extends Node {
  ports: Port[]
}

/** What a boot script is made of, and whose the node is: neither ports nor what an operator notes down are in it. */
export type BootNode = Pick<
  Node,
  | 'uuid'
  | 'driver'
  | 'conductorGroup'
  | 'bootInterface'
  | 'deployInterface'
  | 'provisionState'
  | 'driverInfo'
  | 'instanceInfo'
  | 'properties'
>

/** What the boot path needs to know about the owner of a MAC; one row of one query. */
export interface BootTarget {
  nodeUuid: string
  nodeName: string | null
  driver: string
  conductorGroup: string
  provisionState: string | null
}

/** What the ring needs to know of a node. */
export interface RingKey {
  uuid: string
  driver: string
  conductorGroup: string
}

/** What decides which boot files a node has, and whose they are. */
export type NodeState = RingKey & Pick<Node, 'bootInterface' | 'deployInterface' | 'provisionState'>
