import { randomUUID } from 'node:crypto'
import { BootringError } from '../../model/errors.ts'
import { type MacAddress, parseMac } from '../../model/mac.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NewPort } from '../../model/records.ts'
import { asObject } from '../as-object.ts'

/** What bootring makes of an agent's inventory. */
export interface Found {
  /** `cpu_arch`, `cpus`, `memory_mb`, `local_gb`: those that the inventory says. */
  readonly properties: JsonObject
  readonly bootMode: 'uefi' | 'bios' | undefined
  /** The NICs; the one that the machine has booted from first. */
  readonly nics: readonly MacAddress[]
}

const bytesPerGb = 1024 ** 3

/** Throws `InvalidParameter` for an inventory without a NIC: nobody could ever boot the machine. */
export function readInventory(inventory: JsonObject): Found {
  const cpu = asObject(inventory.cpu)
  const memory = asObject(inventory.memory)
  const sizes = asArray(inventory.disks).map((disk) => asNumber(asObject(disk).size) ?? 0)
  const largestGb = Math.floor(Math.max(0, ...sizes) / bytesPerGb)
  const properties = {
    cpu_arch: typeof cpu.architecture === 'string' ? cpu.architecture : undefined,
    cpus: asNumber(cpu.count),
    memory_mb: asNumber(memory.physical_mb),
    local_gb: largestGb > 0 ? largestGb : undefined,
  }
  const boot = asObject(inventory.boot)
  const bootedFrom = macOf(boot.pxe_interface)
  const nics = new Set(
    asArray(inventory.interfaces)
      .map((nic) => macOf(asObject(nic).mac_address))
      .filter((address) => address !== undefined),
  )
  if (nics.size === 0) throw new BootringError('InvalidParameter', 'the inventory has no interface with a MAC')
  return {
    properties: Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)),
    bootMode:
      boot.current_boot_mode === 'uefi' || boot.current_boot_mode === 'bios' ? boot.current_boot_mode : undefined,
    nics: [...nics].sort((a, b) => Number(b === bootedFrom) - Number(a === bootedFrom)),
  }
}

/** A port for a NIC that nobody has registered. */
export const foundPort = (address: MacAddress): NewPort => ({ uuid: randomUUID(), address, pxe_enabled: true })

/** Firmware and pxelinux write a type ("01-") before it. */
function macOf(value: unknown): MacAddress | undefined {
  return typeof value === 'string' ? parseMac(value.replace(/^01-(?=([0-9a-f]{2}-){5}[0-9a-f]{2}$)/i, '')) : undefined
}

const asArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
