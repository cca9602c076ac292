import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WireResponse } from '../../support/boot-wire.ts'
import { header, withoutIdentity } from '../../support/boot-wire.ts'
import type { AttachedBootring } from './attached-bootring.ts'
import type { IronicInstallation } from './ironic-installation.ts'

/** What a machine asks for, and where Ironic writes it. */
export interface WaitingMachine {
  uuid: string
  mac: string
  /** `boot.ipxe`, `grub.cfg` or `pxelinux.cfg`. */
  file: string
  root: 'http' | 'tftp'
}

/** A machine that is registered nowhere. */
export const unknownMac = '52:54:00:ff:ff:ff'

/** The path of a machine's file below the roots of that conductor. */
export function pathOf({ root, uuid }: WaitingMachine, ironic: IronicInstallation, conductor: number): string {
  return join(root === 'http' ? ironic.httpRoot(conductor) : ironic.tftpRoot(conductor), uuid, 'config')
}

/** What is wrong with an answer that should be these bytes; undefined: nothing. */
export function faultOf(answer: WireResponse, expected: Buffer): string | undefined {
  if (answer.status !== 200) return `${answer.statusLine}: ${answer.body}`
  if (!header(answer, 'Content-Type')?.startsWith('text/plain')) return `type ${header(answer, 'Content-Type')}`
  if (header(answer, 'Content-Length') !== String(expected.length)) return `length ${header(answer, 'Content-Length')}`
  return Buffer.from(answer.body).equals(expected) ? undefined : `other bytes: ${JSON.stringify(answer.body)}`
}

/**
 * Asks every API for every machine's file: sentences on those answers that are not, byte for byte, the file on the disk of
 * the conductor that Ironic's API names.
 */
export async function faultsOf(
  machines: readonly WaitingMachine[],
  ironic: IronicInstallation,
  bootring: AttachedBootring,
): Promise<string[]> {
  const nodes = new Map((await ironic.client.nodes()).map((node) => [node.uuid, node]))
  const faults: string[] = []
  for (const machine of machines) {
    const owner = ironic.conductorNamed(nodes.get(machine.uuid)?.conductor ?? null)
    const expected = readFileSync(pathOf(machine, ironic, owner))
    for (const api of bootring.apis.keys()) {
      const fault = faultOf(await bootring.ask(api, machine.mac, machine.file), expected)
      if (fault !== undefined) faults.push(`${machine.mac} ${machine.file} through API ${api}: ${fault}`)
    }
  }
  return faults
}

/** The answers of every API to these machines that differ from its answer to an unknown one, which must be a 404. */
export async function notRefused(
  machines: readonly Pick<WaitingMachine, 'mac' | 'file'>[],
  bootring: AttachedBootring,
): Promise<string[]> {
  const told: string[] = []
  for (const api of bootring.apis.keys()) {
    for (const { file, mac } of machines) {
      const unknown = JSON.stringify(withoutIdentity(await bootring.ask(api, unknownMac, file)))
      const answer = withoutIdentity(await bootring.ask(api, mac, file))
      if (answer.status !== 404 || JSON.stringify(answer) !== unknown) {
        told.push(`${mac} ${file} through API ${api}: ${answer.statusLine}: ${answer.body}`)
      }
    }
  }
  return told
}
