import type { InterfaceType } from '../model/records.ts'

/** `[DEFAULT]enabled_*` and `default_*_interface`: what nodes may be made of. */
export interface EnabledHardware {
  readonly types: readonly string[]
  readonly interfaces: Readonly<Record<InterfaceType, readonly string[]>>
  readonly defaults: Readonly<Partial<Record<InterfaceType, string | undefined>>>
}
