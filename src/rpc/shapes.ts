import type { JSONSchemaType } from 'ajv'
import type { JsonObject } from '../model/node.ts'

/** Parameters and results of a conductor's methods, as types; their schemas are in methods/. */
export interface Shapes {
  // Boot files.
  get_boot_config: { params: { node_id: string; name: string }; result: string }
  list_boot_files: { params: { epoch: string; since: number; wait: number }; result: BootFileChanges }
  get_boot_file: { params: { node_id: string; name: string; sha256: string }; result: string }
  // Nodes and what belongs to them.
  create_node: { params: { node: JsonObject }; result: Done }
  update_node: { params: { node_id: string; patch: JsonObject[]; reset_interfaces?: boolean }; result: Done }
  destroy_node: { params: OfNode; result: Done }
  set_node_maintenance: { params: OfNode & { maintenance: boolean; reason?: string }; result: Done }
  create_port: { params: OfNode & { port: JsonObject }; result: Done }
  update_port: { params: OfNode & { port_id: string; patch: JsonObject[] }; result: Done }
  destroy_port: { params: OfNode & { port_id: string }; result: Done }
  create_portgroup: { params: OfNode & { portgroup: JsonObject }; result: Done }
  update_portgroup: { params: OfNode & { portgroup_id: string; patch: JsonObject[] }; result: Done }
  destroy_portgroup: { params: OfNode & { portgroup_id: string }; result: Done }
  add_node_traits: { params: OfNode & { traits: string[]; replace: boolean }; result: Done }
  remove_node_traits: { params: OfNode & { traits: string[] }; result: Done }
  vif_attach: { params: OfNode & { vif_info: JsonObject }; result: Done }
  vif_detach: { params: OfNode & { vif_id: string }; result: Done }
  vif_list: { params: OfNode; result: { vifs: JsonObject[] } }
  // Hardware.
  validate_driver_interfaces: { params: OfNode; result: { interfaces: JsonObject } }
  get_driver_properties: { params: { driver_name: string }; result: { properties: JsonObject } }
  change_node_power_state: { params: OfNode & { target: string; timeout?: number }; result: Done }
  change_node_boot_mode: { params: OfNode & { target: string }; result: Done }
  change_node_secure_boot: { params: OfNode & { target: boolean }; result: Done }
  set_boot_device: { params: OfNode & { device: string; persistent: boolean }; result: Done }
  get_boot_device: { params: OfNode; result: { boot_device: JsonObject } }
  get_supported_boot_devices: { params: OfNode; result: { devices: string[] } }
  inject_nmi: { params: OfNode; result: Done }
  // Provisioning.
  do_provisioning_action: { params: OfNode & { action: string }; result: Done }
  do_node_deploy: {
    params: OfNode & { rebuild: boolean; configdrive?: string; deploy_steps?: JsonObject[] }
    result: Done
  }
  do_node_tear_down: { params: OfNode; result: Done }
  do_node_clean: { params: OfNode & { clean_steps: JsonObject[]; disable_ramdisk: boolean }; result: Done }
  do_node_service: { params: OfNode & { service_steps: JsonObject[]; disable_ramdisk: boolean }; result: Done }
  do_node_rescue: { params: OfNode & { rescue_password: string }; result: Done }
  do_node_unrescue: { params: OfNode; result: Done }
  inspect_hardware: { params: OfNode; result: Done }
  // Agents.
  get_node_with_token: { params: OfNode; result: { agent_token: string } }
  heartbeat: { params: OfNode & AgentHeartbeat; result: Done }
  continue_inspection: { params: OfNode & { inventory: JsonObject; plugin_data: JsonObject }; result: Done }
}

interface OfNode {
  node_id: string
}

/** An object without members yet: callers pass over those that later versions may add. */
type Done = JsonObject

/** What an agent says of itself, in Ironic's words. */
export interface AgentHeartbeat {
  callback_url: string
  agent_token: string
  agent_version?: string
  /** PEM of the certificate that the agent's own API shows. */
  agent_verify_ca?: string
  /** `start`, `end` or `error`, of what it is doing by itself. */
  agent_status?: string
  agent_status_message?: string
}

/** What has changed among the boot files that a conductor's Ironic has written. */
export interface BootFileChanges {
  epoch: string
  restarted: boolean
  next: number
  more: boolean
  files: ListedBootFile[]
  removed: { node_id: string; name: string }[]
}

export interface ListedBootFile {
  node_id: string
  name: string
  sha256: string
  size: number
  state_family: string
  written_at: number
}

/** `major.minor`, as oslo writes it. */
export type RpcVersion = `${number}.${number}`

export type MethodName = keyof Shapes
export type Params<M extends MethodName> = Shapes[M]['params']
export type Result<M extends MethodName> = Shapes[M]['result']

/** A method as data: JSON schemas of what goes in and out, which the compiler holds against the types above. */
export interface Method<M extends MethodName> {
  description: string
  /** The version that brought it. */
  since: RpcVersion
  /**
   * Called twice, it does what it does once: a call may be sent again of which nobody knows whether it has arrived. All others
   * are sent once: a machine must not be switched twice, nor a creation be told that what it has created exists already.
   */
  repeatable?: true
  /** The versions that brought those of its optional parameters that came later. */
  paramsSince?: Readonly<Partial<Record<keyof Params<M> & string, RpcVersion>>>
  params: JSONSchemaType<Params<M>>
  result: JSONSchemaType<Result<M>> & { type: string; description?: string }
}

/** A part of the contract. */
export type Methods<M extends MethodName> = { readonly [Name in M]: Method<Name> }
