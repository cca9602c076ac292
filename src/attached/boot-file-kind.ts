/** Under which of Ironic's folders a boot file lies: `[deploy]http_root` or `[pxe]tftp_root`. */
export type BootFileRoot = 'http' | 'tftp'

/** One of the boot files that Ironic writes for a node. */
export interface BootFileKind {
  /** As machines ask for it, e.g. `boot.ipxe`. */
  readonly name: string
  readonly root: BootFileRoot
}
