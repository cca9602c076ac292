import { setTimeout as sleep } from 'node:timers/promises'
import type { IronicClient } from './ironic-client.ts'

/** Brings nodes from one state to another by the same action, all at once. */
export async function provisionAll(
  client: IronicClient,
  uuids: readonly string[],
  target: string,
  state: string,
): Promise<void> {
  await Promise.all(uuids.map((uuid) => client.provision(uuid, target)))
  await client.waitForState(uuids, state)
}

/** Ironic looks through its cache of images while another node's image is being put there, and fails the node. */
const ironicRace = /No such file or directory: '[^']*master/

/** Brings manageable nodes into `clean wait`. What fails for Ironic's own race is tried again. */
export async function cleanAll(client: IronicClient, uuids: readonly string[], seconds = 90): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  let pending = uuids
  while (pending.length > 0) {
    await Promise.all(pending.map((uuid) => client.provision(uuid, 'provide')))
    const failed = new Set<string>()
    for (let settled = false; !settled; await sleep(300)) {
      const nodes = (await client.states()).filter(({ uuid }) => pending.includes(uuid))
      settled = nodes.every((node) => /^clean (wait|failed)$/.test(node.provision_state) && node.reservation === null)
      if (!settled && performance.now() > deadline) {
        throw new Error(`not cleaned: ${nodes.map((node) => `${node.provision_state} ${node.last_error}`).join('\n')}`)
      }
      if (!settled) continue
      for (const { last_error: reason, provision_state: state, uuid } of nodes) {
        if (state === 'clean wait') continue
        if (!ironicRace.test(reason ?? '')) throw new Error(`Ironic could not clean ${uuid}: ${reason}`)
        failed.add(uuid)
      }
    }
    pending = [...failed]
    await provisionAll(client, pending, 'manage', 'manageable')
  }
}
