import type { NodeImage } from '../ipxe/node-images.ts'
import type { Conductor, HardwareInterface } from '../model/conductor.ts'
import type { NodeWithPorts } from '../model/node.ts'
import type { NodeFile } from './check.ts'
import type { Probe } from './url-prober.ts'

/** All that checks look at. */
export interface World {
  /** Those to be looked at. Throws `DatabaseUnavailable`. */
  nodes(): AsyncIterable<NodeWithPorts>
  /** How many those are, about: the fleet may change meanwhile. Throws `DatabaseUnavailable`. */
  nodeCount(): Promise<number>
  /** Whether these are all nodes: then what is missing among them is missing altogether. */
  readonly wholeFleet: boolean
  /** Whether the node's state lets its machine boot now. */
  bootsNow(node: NodeWithPorts): boolean
  bootFiles(node: NodeWithPorts): Promise<NodeFile[]>
  /** Where conductors get the images of a node's boot file from; empty where that is Ironic's affair. Throws `MissingParameter`. */
  images(node: NodeWithPorts): NodeImage[]
  /** What machines are to be sent to. Throws `ConfigInvalid` or `TemplateFailed`. */
  rootScript(): string
  /** Where this installation's conductor has the root script. */
  readonly rootScriptUrl: string
  /** Root URLs of the APIs that the root script asks. */
  readonly apiRootUrls: readonly string[]
  conductors(): Promise<Conductor[]>
  /** What living conductors offer; undefined where that is not read: beside Ironic. */
  offers(): Promise<(HardwareInterface & { hostname: string })[]> | undefined
  /** What a node boots by that says nothing of it. */
  readonly defaultBootInterface: string
  readonly heartbeatTimeoutSeconds: number
  /** Throws `DatabaseUnavailable`. */
  databaseTime(): Promise<Date>
  /** Where a conductor is called; undefined where nothing says it. */
  conductorUrl(hostname: string): string | undefined
  /** Asks each URL once, however often it is called. Never rejects. */
  probe(url: string): Promise<Probe>
  /** The text of a URL that answers 200 with not too much of it, else undefined. */
  text(url: string): Promise<string | undefined>
  /** Certificates that this host's options name. */
  readonly certificateFiles: readonly { option: string; path: string }[]
  /** DHCP's configuration, as its server reads it. */
  readonly dhcpFiles: readonly string[]
  /** This host's clock. */
  now(): Date
}
