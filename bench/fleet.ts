import { cp } from 'node:fs/promises'
import { openDatabase } from '../src/db/open-database.ts'
import { hyphenated, type MacAddress, parseMac } from '../src/model/mac.ts'
import type { FleetNode } from '../src/model/stores.ts'
import { randomFrom } from './random.ts'

/** Node 0 is the one that may not boot; the others are in `wait call-back`. */
export const wrongStateNode = 0

export function macOf(index: number): MacAddress {
  const digits = index.toString(16).padStart(6, '0')
  return parseMac(`52:54:00:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`) as MacAddress
}

/** An address of the same maker that no node of any fleet has. */
export const unknownMac = parseMac('52:54:00:ff:ff:fe') as MacAddress

export function bootPath(mac: MacAddress): string {
  return `/v1/boot/${hyphenated(mac)}/boot.ipxe`
}

/** The paths of all nodes that may boot, in order. */
export function bootPaths(nodes: number): string[] {
  return Array.from({ length: nodes }, (_, index) => bootPath(macOf(index + 1)))
}

/** `nodes` machines that wait for their script, and one that may not boot. Only names and addresses differ. */
export function makeFleet(nodes: number, seed: number): FleetNode[] {
  const random = randomFrom(seed)
  return Array.from({ length: nodes + 1 }, (_, index) => ({
    uuid: uuidFrom(random),
    name: `node-${index}`,
    driver: 'fake-hardware',
    conductorGroup: '',
    bootInterface: 'ipxe',
    deployInterface: 'direct',
    provisionState: index === wrongStateNode ? 'available' : 'wait call-back',
    driverInfo: {},
    instanceInfo: {},
    properties: { cpu_arch: 'x86_64', memory_mb: 65_536, capabilities: 'boot_mode:uefi' },
    extra: {},
    ports: [{ address: macOf(index), pxeEnabled: true }],
  }))
}

/** Creates the database at `url` and loads a fleet into it, in one transaction as `bootring apply` does. */
export async function loadFleet(url: string, fleet: FleetNode[], open = openDatabase): Promise<void> {
  const database = await open(url, { maxPoolSize: 2, poolTimeoutSeconds: 30 })
  try {
    await database.upgrade()
    await database.fleet.apply(fleet, { prune: false, dryRun: false })
  } finally {
    await database.close()
  }
}

/** Copies a SQLite file that nobody has open. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  await cp(from, to)
}

function uuidFrom(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16))
  hex[12] = '4'
  hex[16] = 'a'
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
