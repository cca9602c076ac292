import type { NodeWithPorts } from '../../model/node.ts'
import { BootInterface } from '../boot/boot-interface.ts'
import type { NodeTask } from '../interfaces.ts'
import { type Rehearsal, rehearsalProperties, validateRehearsal } from './rehearsal.ts'

/** Boots nothing: for nodes without a machine. */
export class FakeBoot extends BootInterface {
  override readonly properties = rehearsalProperties('boot')
  readonly #rehearsal: Rehearsal

  constructor(rehearsal: Rehearsal) {
    super('fake')
    this.#rehearsal = rehearsal
  }

  override validate(task: Pick<NodeTask, 'node'>): void {
    validateRehearsal(task, 'boot')
  }

  override async prepare({ driverInfo, uuid }: NodeWithPorts): Promise<void> {
    await this.#rehearsal.performUncounted(uuid, driverInfo, 'boot', 'prepare')
  }
}
