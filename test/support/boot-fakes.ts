import { BootDecision, type BootDecisionParts } from '../../src/api/boot/boot-decision.ts'
import type { Conductor } from '../../src/model/conductor.ts'
import { BootringError, type ErrorCode } from '../../src/model/errors.ts'
import type { BootTarget } from '../../src/model/node.ts'
import type { BootTargetStore } from '../../src/model/stores.ts'
import type { ConductorClient } from '../../src/rpc/contract.ts'
import type { MethodName, Result } from '../../src/rpc/shapes.ts'

/*
 * What the boot path asks of others, by hand: fixed, empty and broken.
 */

export const script = '#!ipxe\necho Grüße\nboot\n'

/** The MAC of the one node of `fixedStore`. */
export const mac = '52:54:00:12:34:56'
/** What no port has. */
export const unknownMac = '52:54:00:ff:ff:ff'

export const target: BootTarget = {
  nodeUuid: '5c133b58-416a-5d78-a46c-b6bcd9aa80fc',
  nodeName: 'rack1-n1',
  driver: 'fake-hardware',
  conductorGroup: '',
  provisionState: 'wait call-back',
}

export function fixedStore(changes: Partial<BootTarget> = {}): BootTargetStore {
  return { bootTarget: async (address) => (address === mac ? { ...target, ...changes } : undefined) }
}

export function brokenStore(error: Error = new BootringError('DatabaseUnavailable', 'lost')): BootTargetStore {
  return { bootTarget: () => Promise.reject(error) }
}

type Rings = BootDecisionParts['rings']

/** Rings on which every node has the same conductors; the fleet has those alone. */
export function fixedRings(...order: string[]): Rings {
  const conductors: Conductor[] = order.map((hostname, id) => ({
    id,
    hostname,
    conductorGroup: '',
    alive: true,
    online: true,
    updatedAt: null,
    drivers: ['fake-hardware'],
  }))
  return { order: async () => order, conductors: async () => conductors }
}

/** The same in a fleet that has one more conductor, which is on other rings. */
export function ringsWithOthers(...order: string[]): Rings {
  return { ...fixedRings(...order, 'elsewhere'), order: async () => order }
}

/** Rings of a fleet in which no conductor is alive. */
export function emptyRings(): Rings {
  return {
    order: () => Promise.reject(new BootringError('NoConductors', 'no conductor is registered and alive')),
    conductors: async () => [],
  }
}

/** A fleet with conductors, none of them for the node. */
export function ringsWithoutNode(): Rings {
  return {
    ...fixedRings('elsewhere'),
    order: () => Promise.reject(new BootringError('NoConductorForNode', 'no conductor has the driver "fake-hardware"')),
  }
}

/** What a conductor says when called: a script, a failure to throw, or nothing at all for ever. */
export type Answer = string | Error | 'never'

export interface RecordingClient extends ConductorClient {
  readonly asked: string[]
}

/** Conductors that answer by their host name; those not named can't be reached. */
export function fixedConductors(answers: Record<string, Answer>): RecordingClient {
  const asked: string[] = []
  return {
    asked,
    call: <M extends MethodName>(hostname: string): Promise<Result<M>> => {
      asked.push(hostname)
      const answer = answers[hostname] ?? failure('ConductorUnreachable')
      if (answer === 'never') return new Promise(() => {})
      return typeof answer === 'string' ? Promise.resolve(answer as Result<M>) : Promise.reject(answer)
    },
  }
}

export function failure(code: ErrorCode): BootringError {
  return new BootringError(code, `it was ${code}`)
}

/** One node that may boot, two conductors of which the first has its script; `changes` replaces parts of that. */
export function bootDecision(changes: Partial<BootDecisionParts> = {}): BootDecision {
  return new BootDecision({
    nodes: fixedStore(),
    rings: fixedRings('one', 'two'),
    conductors: fixedConductors({ one: script }),
    restrictBootConfig: true,
    attemptTimeoutSeconds: 5,
    totalTimeoutSeconds: 10,
    hedgeShare: 0.1,
    retryShare: 0.2,
    ...changes,
  })
}
