/*
 * The one error table. Code that meets a known failure throws a `BootringError` with a code from here; one mapper per
 * protocol (HTTP, JSON-RPC) turns it into an answer. Anything else is a bug: logged with its cause, masked outside.
 */

interface ErrorKind {
  /** Status of an HTTP answer, where the error may be shown at all. */
  httpStatus: number
  /** Status for those who manage nodes, where it is another one than machines get. */
  restStatus?: number
  /** `error.code` of a JSON-RPC answer. */
  rpcCode: number
  /** `error.data.class` of a JSON-RPC answer, Ironic's exception where it has one. */
  rpcClass: string
  /** What an operator does about it. */
  remedy: string
}

const ironic = 'ironic.common.exception.'

export const errorKinds = {
  // What depends on the MAC, the node or the file: on /v1/boot all of these are one and the same 404.
  MalformedMac: {
    httpStatus: 404,
    restStatus: 400,
    rpcCode: 400,
    rpcClass: `${ironic}InvalidMAC`,
    remedy: 'Ask with six hexadecimal pairs separated by ":" or "-".',
  },
  UnknownBootFile: {
    httpStatus: 404,
    rpcCode: 404,
    rpcClass: `${ironic}UnknownBootFile`,
    remedy:
      "Ask for a name that the node's boot interface knows: boot.ipxe, or by pxe and http grub.cfg and pxelinux.cfg.",
  },
  PortNotFound: {
    httpStatus: 404,
    rpcCode: 404,
    rpcClass: `${ironic}PortNotFound`,
    remedy: 'Register the MAC as a port of its node.',
  },
  NodeNotFound: {
    httpStatus: 404,
    rpcCode: 404,
    rpcClass: `${ironic}NodeNotFound`,
    remedy: 'Enrol the node, or correct its name: bootring ring lists them.',
  },
  StateForbidsBoot: {
    httpStatus: 404,
    restStatus: 409,
    rpcCode: 409,
    rpcClass: `${ironic}StateForbidsBoot`,
    remedy:
      'Bring the node into a wait state, or set [api]restrict_boot_config = False (diskless machines boot while active, and need that).',
  },
  NetworkForbidden: {
    httpStatus: 404,
    restStatus: 403,
    rpcCode: 403,
    rpcClass: `${ironic}NetworkForbidden`,
    remedy: "Add the client's network to [bootring]boot_allowed_networks.",
  },
  NoConductorForNode: {
    httpStatus: 404,
    restStatus: 400,
    rpcCode: 404,
    rpcClass: `${ironic}NoValidHost`,
    remedy: "Start a conductor that offers the node's driver in its conductor group.",
  },
  ConductorUnreachable: {
    httpStatus: 404,
    restStatus: 503,
    rpcCode: 503,
    rpcClass: `${ironic}ConductorNotFound`,
    remedy:
      'See why the conductor does not answer: process, address (or [bootring]conductor_addresses), firewall, [json_rpc] settings.',
  },
  ConductorsDegraded: {
    httpStatus: 404,
    restStatus: 503,
    rpcCode: 503,
    rpcClass: `${ironic}ConductorsDegraded`,
    remedy: "See the conductors' logs: their database can't be reached, or they have more to do than they can.",
  },
  UnsupportedDriverExtension: {
    httpStatus: 404,
    restStatus: 400,
    rpcCode: 404,
    rpcClass: `${ironic}UnsupportedDriverExtension`,
    remedy: 'Give the node a boot interface that serves this file, e.g. ipxe.',
  },
  UnsupportedCall: {
    httpStatus: 404,
    restStatus: 501,
    rpcCode: 400,
    rpcClass: `${ironic}UnsupportedVersion`,
    remedy: "Upgrade the conductor that the message names; where it is Ironic's own, set [bootring]rpc_port.",
  },
  BootConfigUnavailable: {
    httpStatus: 404,
    restStatus: 500,
    rpcCode: 404,
    rpcClass: `${ironic}BootConfigNotFound`,
    remedy: "See the message, and the conductor's log: the file is missing, not whole, or could not be rendered.",
  },
  MissingParameter: {
    httpStatus: 404,
    restStatus: 400,
    rpcCode: 400,
    rpcClass: `${ironic}MissingParameterValue`,
    remedy: 'Set the named value on the node, or its default in [conductor].',
  },
  TemplateFailed: {
    httpStatus: 404,
    restStatus: 500,
    rpcCode: 500,
    rpcClass: `${ironic}BootTemplateFailed`,
    remedy: 'Correct the template or the value that the message names.',
  },
  ImageUnavailable: {
    httpStatus: 404,
    restStatus: 400,
    rpcCode: 502,
    rpcClass: `${ironic}ImageDownloadFailed`,
    remedy: "See whether the image URL answers from the conductor's host.",
  },
  // What says nothing of any node: 503 with Retry-After, so that firmware waits and asks again.
  DatabaseUnavailable: {
    httpStatus: 503,
    rpcCode: 503,
    rpcClass: `${ironic}DatabaseUnavailable`,
    remedy: 'See whether the database at [database]connection answers, and lets its user in.',
  },
  AllConductorsDegraded: {
    httpStatus: 503,
    rpcCode: 503,
    rpcClass: `${ironic}AllConductorsDegraded`,
    remedy: "See the conductors' logs: none of them can reach its database, or do more than it does.",
  },
  NoConductors: {
    httpStatus: 503,
    rpcCode: 503,
    rpcClass: `${ironic}NoConductors`,
    remedy: 'Start a conductor: none is registered and alive.',
  },
  Overloaded: {
    httpStatus: 503,
    rpcCode: 503,
    rpcClass: `${ironic}NoFreeConductorWorker`,
    remedy: 'Add API instances or conductors, or raise the limit that the message names.',
  },
  // Between conductors: no machine ever sees these.
  NodeLocked: {
    httpStatus: 409,
    rpcCode: 409,
    rpcClass: `${ironic}NodeLocked`,
    remedy:
      'Wait until the conductor that holds the node is done with it; one that has died is retired within heartbeat_timeout.',
  },
  ConductorReplaced: {
    httpStatus: 409,
    rpcCode: 409,
    rpcClass: `${ironic}ConductorReplaced`,
    remedy: 'Run one conductor only of each name: give each its own [DEFAULT]host, or its own [json_rpc]port.',
  },
  // Of management: shown to those who manage nodes.
  InvalidParameter: {
    httpStatus: 400,
    rpcCode: 400,
    rpcClass: `${ironic}InvalidParameterValue`,
    remedy: 'Correct the value that the message names.',
  },
  PatchFailed: {
    httpStatus: 400,
    rpcCode: 400,
    rpcClass: `${ironic}PatchError`,
    remedy: 'Correct the operation that the message names.',
  },
  InvalidStateRequested: {
    httpStatus: 400,
    rpcCode: 400,
    rpcClass: `${ironic}InvalidStateRequested`,
    remedy: "See the node's provision state, and the verbs that it allows in docs/states.md.",
  },
  WrongState: {
    httpStatus: 409,
    rpcCode: 409,
    rpcClass: `${ironic}InvalidState`,
    remedy: 'Wait until the node is in a state that allows it, or put it into maintenance.',
  },
  NodeAssociated: {
    httpStatus: 409,
    rpcCode: 409,
    rpcClass: `${ironic}NodeAssociated`,
    remedy: 'Undeploy the node first, or clear its instance_uuid.',
  },
  NodeInMaintenance: {
    httpStatus: 400,
    rpcCode: 400,
    rpcClass: `${ironic}NodeInMaintenance`,
    remedy: 'Take the node out of maintenance first.',
  },
  NodeProtected: {
    httpStatus: 403,
    rpcCode: 403,
    rpcClass: `${ironic}NodeProtected`,
    remedy: "Take the node's protection off first.",
  },
  Duplicate: {
    httpStatus: 409,
    rpcCode: 409,
    rpcClass: `${ironic}Conflict`,
    remedy: 'Choose a value that no other one has.',
  },
  DriverNotFound: {
    httpStatus: 404,
    rpcCode: 404,
    rpcClass: `${ironic}DriverNotFound`,
    remedy: 'Name a hardware type that a living conductor has in enabled_hardware_types.',
  },
  InterfaceNotFound: {
    httpStatus: 400,
    rpcCode: 400,
    rpcClass: `${ironic}InterfaceNotFoundInEntrypoint`,
    remedy: 'Name an interface that enabled_<type>_interfaces lists and the hardware type supports.',
  },
  NotFound: {
    httpStatus: 404,
    rpcCode: 404,
    rpcClass: `${ironic}NotFound`,
    remedy: 'Name something that is there; the message says what was not.',
  },
  NotAcceptable: {
    httpStatus: 406,
    rpcCode: 406,
    rpcClass: `${ironic}NotAcceptable`,
    remedy: 'Ask with a version between those that the answer names.',
  },
  Forbidden: {
    httpStatus: 403,
    rpcCode: 403,
    rpcClass: `${ironic}Forbidden`,
    remedy: 'Ask as a user of the admin role.',
  },
  NotImplemented: {
    httpStatus: 501,
    rpcCode: 501,
    rpcClass: `${ironic}NotImplemented`,
    remedy: 'bootring does not have this part of the API; docs/reference/rest.md lists what it has.',
  },
  HardwareFailed: {
    httpStatus: 500,
    rpcCode: 500,
    rpcClass: `${ironic}HardwareFailed`,
    remedy: "See the machine's management controller, and the message.",
  },
  // Operator's errors: shown as they are.
  ConfigInvalid: {
    httpStatus: 500,
    rpcCode: 500,
    rpcClass: `${ironic}ConfigInvalid`,
    remedy: 'Correct the option; bootring config check shows all of them.',
  },
  FleetInvalid: {
    httpStatus: 400,
    rpcCode: 400,
    rpcClass: `${ironic}Invalid`,
    remedy: 'Correct the fleet file where the message points.',
  },
  FleetConflict: {
    httpStatus: 409,
    rpcCode: 409,
    rpcClass: `${ironic}FleetConflict`,
    remedy: 'Correct the fleet file where the message points.',
  },
  UnknownConductor: {
    httpStatus: 404,
    rpcCode: 404,
    rpcClass: `${ironic}UnknownConductor`,
    remedy:
      'Name a conductor as bootring ring shows it; without a name, give the same --config-file as the conductor has.',
  },
  SchemaOutdated: {
    httpStatus: 503,
    rpcCode: 503,
    rpcClass: `${ironic}DatabaseVersionTooOld`,
    remedy: 'Run bootring db upgrade.',
  },
  NotIronicsDatabase: {
    httpStatus: 503,
    rpcCode: 503,
    rpcClass: `${ironic}NotIronicsDatabase`,
    remedy: 'Name the database of an Ironic from 21.0 on in [database]connection, and give its user SELECT there.',
  },
  Unauthorized: {
    httpStatus: 401,
    rpcCode: 401,
    rpcClass: `${ironic}Unauthorized`,
    remedy: 'Send the user and password of the htpasswd file.',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorKinds

/** A failure from the table above. The message is for the operator and never reaches a client of /v1/boot. */
export class BootringError extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = code
    this.code = code
  }
  get kind(): ErrorKind {
    return errorKinds[this.code]
  }
}
