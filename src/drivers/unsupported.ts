import { BootringError } from '../model/errors.ts'
import type { InterfaceType } from '../model/records.ts'

/** What an interface that does nothing of the kind answers, in Ironic's words. `what` is the interface's type, or what of it is missing. */
export const unsupported = (node: { readonly driver: string }, what: InterfaceType | (string & {})): BootringError =>
  new BootringError(
    'UnsupportedDriverExtension',
    `Driver ${node.driver} does not support ${what} (disabled or not implemented).`,
  )
