import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  bootDecision,
  brokenStore,
  emptyRings,
  failure,
  fixedConductors,
  fixedRings,
  fixedStore,
  mac,
  ringsWithoutNode,
  script,
  target,
  unknownMac,
} from '../../../test/support/boot-fakes.ts'
import type { MacAddress } from '../../model/mac.ts'
import { provisionStates, waitStates } from '../../model/provision-states.ts'
import type { BootTargetStore } from '../../model/stores.ts'
import type { BootDecisionParts } from './boot-decision.ts'
import { LastKnownGood } from './last-known-good.ts'

function decide(changes: Partial<BootDecisionParts> = {}, address = mac, name = 'boot.ipxe') {
  return bootDecision(changes).decide(address, name, 'req-1')
}

/** Decides for a node with conductors `one`, `two`, `three` that answer so. */
async function decideWith(...answers: Answer[]) {
  const names = ['one', 'two', 'three'].slice(0, answers.length)
  const conductors = fixedConductors(Object.fromEntries(names.map((name, i) => [name, answers[i] as Answer])))
  const decision = await decide({ rings: fixedRings(...names), conductors, attemptTimeoutSeconds: 0.02 })
  return { decision, asked: conductors.asked }
}

describe('BootDecision', () => {
  it("serves the owner's script, with every fact met on the way", async () => {
    const decision = await decide({}, '52-54-00-12-34-56')
    expect(decision).toEqual({
      outcome: 'served',
      script,
      conductor: 'one',
      facts: {
        requestId: 'req-1',
        macText: '52-54-00-12-34-56',
        fileName: 'boot.ipxe',
        mac,
        node: target,
        order: ['one', 'two'],
        attempts: [{ conductor: 'one', milliseconds: expect.any(Number) }],
        nodeMilliseconds: expect.any(Number),
        ringMilliseconds: expect.any(Number),
      },
    })
  })

  it('hands the ring and the conductor what belongs to the node, not what the client sent', async () => {
    const seen: unknown[] = []
    await decide(
      {
        rings: {
          ...fixedRings('one'),
          order: async (key) => {
            seen.push(key)
            return ['one']
          },
        },
        conductors: {
          call: async (hostname, method, params, { requestId }) => {
            seen.push([hostname, method, params, requestId])
            throw failure('BootConfigUnavailable')
          },
        },
      },
      mac.toUpperCase(),
    )
    expect(seen).toEqual([
      { uuid: target.nodeUuid, driver: 'fake-hardware', conductorGroup: '' },
      ['one', 'get_boot_config', { node_id: target.nodeUuid, name: 'boot.ipxe' }, 'req-1'],
    ])
  })

  it.each([
    ['MalformedMac', {}, 'no-mac', 'boot.ipxe'],
    ['UnknownBootFile', {}, mac, 'initrd.img'],
    ['UnknownBootFile', {}, mac, '__proto__'],
    ['UnknownBootFile', {}, mac, '../boot.ipxe'],
    ['PortNotFound', {}, unknownMac, 'boot.ipxe'],
    ['StateForbidsBoot', { nodes: fixedStore({ provisionState: 'active' }) }, mac, 'boot.ipxe'],
    ['StateForbidsBoot', { nodes: fixedStore({ provisionState: null }) }, mac, 'boot.ipxe'],
    ['NoConductorForNode', { rings: ringsWithoutNode() }, mac, 'boot.ipxe'],
    ['ConductorUnreachable', { conductors: fixedConductors({}) }, mac, 'boot.ipxe'],
    ['Internal', { nodes: brokenStore(new TypeError('a mistake')) }, mac, 'boot.ipxe'],
  ] as const)('refuses with %s', async (code, changes, address, name) => {
    expect(await decide(changes, address, name)).toMatchObject({ outcome: 'refused', code })
  })

  it.each([
    ['DatabaseUnavailable', { nodes: brokenStore() }, mac],
    ['DatabaseUnavailable', { nodes: brokenStore() }, unknownMac],
    ['NoConductors', { rings: emptyRings() }, mac],
  ] as const)('is unavailable for %s, with a time to come back', async (code, changes, address) => {
    const decision = await decide(changes, address)
    expect(decision).toMatchObject({ outcome: 'unavailable', code })
    expect(decision.outcome === 'unavailable' && decision.retryAfterSeconds).toBeGreaterThan(0)
  })

  it('says the same of registered, unregistered and busy nodes while no conductor is alive', async () => {
    const rings = emptyRings()
    const active = fixedStore({ provisionState: 'active' })
    for (const decision of [
      await decide({ rings }, mac),
      await decide({ rings }, unknownMac),
      await decide({ rings, nodes: active }, mac),
    ]) {
      expect(decision).toMatchObject({ outcome: 'unavailable', code: 'NoConductors' })
    }
  })

  it('serves wait states alone when restricted, every state when not', async () => {
    for (const provisionState of [...provisionStates, null]) {
      const nodes = fixedStore({ provisionState })
      const restricted = await decide({ nodes })
      expect([provisionState, restricted.outcome]).toEqual([
        provisionState,
        waitStates.has(provisionState ?? '') ? 'served' : 'refused',
      ])
      expect((await decide({ nodes, restrictBootConfig: false })).outcome).toBe('served')
    }
  })

  it.each<[string, Answer]>([
    ['can not be reached', failure('ConductorUnreachable')],
    ['does not answer in time', 'never'],
    ['lacks the file', failure('BootConfigUnavailable')],
    ['does not know the node yet', failure('NodeNotFound')],
    ['has lost its database', failure('DatabaseUnavailable')],
    ['fails in an unknown way', new TypeError('a mistake')],
    ['answers with nothing', ''],
    ['answers with half a file', '#'],
    ['answers with an HTML page', '<html>'],
    ['answers with a BOM before the script', `\ufeff${script}`],
  ])('goes on to the next conductor when one %s', async (_what, answer) => {
    const { decision, asked } = await decideWith(answer, script)
    expect(asked).toEqual(['one', 'two'])
    expect(decision).toMatchObject({ outcome: 'served', conductor: 'two' })
    expect(decision.facts.attempts).toMatchObject([{ conductor: 'one', error: {} }, { conductor: 'two' }])
  })

  it('asks the owner alone where others have no files', async () => {
    const conductors = fixedConductors({ two: script })
    expect(await decide({ conductors, onlyOwners: true })).toMatchObject({
      outcome: 'refused',
      code: 'ConductorUnreachable',
      facts: { order: ['one', 'two'] },
    })
    expect(conductors.asked).toEqual(['one'])
  })

  it.each([
    ['grub.cfg', 'set default=deploy\nmenuentry "deploy" {\n}\n', 'served'],
    ['grub.cfg', 'default deploy\nlabel deploy\n', 'refused'],
    ['grub.cfg', '#!ipxe\nset default=1\n', 'refused'],
    ['grub.cfg', '', 'refused'],
    ['pxelinux.cfg', 'DEFAULT deploy\n\nLABEL deploy\n', 'served'],
    ['pxelinux.cfg', 'set default=deploy\nmenuentry "deploy" {\n}\n', 'refused'],
    ['pxelinux.cfg', '<html>\n', 'refused'],
  ])('hands on as %s only what is one: %j is %s', async (name, text, outcome) => {
    expect((await decide({ conductors: fixedConductors({ one: text }) }, mac, name)).outcome).toBe(outcome)
  })

  it('goes on from a conductor of an older release, which does not know the call', async () => {
    const conductors = fixedConductors({ one: failure('UnsupportedCall'), two: script })
    expect(await bootDecision({ conductors }).decide(mac, 'boot.ipxe', 'req-1')).toMatchObject({ conductor: 'two' })
  })

  it.each(['UnknownBootFile', 'UnsupportedDriverExtension'] as const)('ends at %s', async (code) => {
    const { decision, asked } = await decideWith(failure(code), script)
    expect(asked).toEqual(['one'])
    expect(decision).toMatchObject({ outcome: 'refused', code })
  })

  it('names the first failure that a conductor answered, else that none could be reached', async () => {
    const unreachable = failure('ConductorUnreachable')
    const mixed = await decideWith(unreachable, failure('TemplateFailed'), failure('NodeNotFound'))
    expect(mixed.decision).toMatchObject({ outcome: 'refused', code: 'TemplateFailed' })
    const none = await decideWith(unreachable, 'never', unreachable)
    expect(none.decision).toMatchObject({ outcome: 'refused', code: 'ConductorUnreachable' })
    expect(none.decision.facts.attempts.map((attempt) => attempt.error?.timedOut)).toEqual([false, true, false])
  })

  it('becomes unavailable when all conductors there are say that they can not work', async () => {
    const { decision } = await decideWith(failure('DatabaseUnavailable'), failure('Overloaded'))
    expect(decision).toMatchObject({ outcome: 'unavailable', code: 'AllConductorsDegraded' })
  })

  it('is unavailable when the database goes away while the conductors are asked, who then have none either', async () => {
    for (const answer of [failure('BootConfigUnavailable'), failure('ConductorsDegraded'), 'never'] as const) {
      let asked = 0
      const nodes = { bootTarget: () => (++asked > 1 ? brokenStore() : fixedStore()).bootTarget(mac as MacAddress) }
      const conductors = fixedConductors({ one: answer, two: answer })
      const decision = await decide({ nodes, conductors, attemptTimeoutSeconds: 0.02 })
      expect(decision).toMatchObject({ outcome: 'unavailable', code: 'DatabaseUnavailable' })
    }
  })

  it('says what the database says of the node after its conductors have failed', async () => {
    let asked = 0
    const after = fixedStore({ provisionState: 'active' })
    const nodes = { bootTarget: (address: MacAddress) => (++asked > 1 ? after : fixedStore()).bootTarget(address) }
    const decision = await decide({ nodes, conductors: fixedConductors({}) })
    expect(decision).toMatchObject({ outcome: 'refused', code: 'StateForbidsBoot' })
  })

  it('is unavailable to everybody once no conductor can do its work, and the database is not to blame', async () => {
    const degraded = failure('ConductorsDegraded')
    const changing = fixedConductors({ one: degraded, two: degraded })
    let may = 'wait call-back'
    const nodes: BootTargetStore = {
      bootTarget: async (address) => (address === mac ? { ...target, provisionState: may } : undefined),
    }
    const decision = bootDecision({ nodes, conductors: changing })
    const ask = async (address: string) => {
      const { outcome, ...rest } = await decision.decide(address, 'boot.ipxe', 'req-1')
      return [outcome, 'code' in rest ? rest.code : '']
    }
    expect(await ask(unknownMac)).toEqual(['refused', 'PortNotFound'])
    const unavailable = ['unavailable', 'AllConductorsDegraded']
    expect(await ask(mac)).toEqual(unavailable)
    expect(await ask(unknownMac)).toEqual(unavailable)
    may = 'active'
    expect(await ask(mac)).toEqual(unavailable)
    // What says nothing of any node stays as it is.
    expect(await ask('no-mac')).toEqual(['refused', 'MalformedMac'])
  })

  it('stays a refusal while any conductor of the fleet may be able to work', async () => {
    const elsewhere = { ...fixedRings('one', 'two', 'three'), order: async () => ['one', 'two'] }
    const degraded = failure('ConductorsDegraded')
    const decision = await decide({ rings: elsewhere, conductors: fixedConductors({ one: degraded, two: degraded }) })
    expect(decision).toMatchObject({ outcome: 'refused', code: 'ConductorsDegraded' })
  })

  it('serves again what it served before while the database is away, if it may, and says so', async () => {
    let store = fixedStore()
    let now = 0
    let stale = 0
    const lastKnownGood = new LastKnownGood({ staleBootSeconds: 10 }, () => now)
    const decision = bootDecision({
      nodes: { bootTarget: (address) => store.bootTarget(address) },
      lastKnownGood,
      onStaleBoot: () => {
        stale += 1
      },
    })
    const ask = (address = mac) => decision.decide(address, 'boot.ipxe', 'req-1')
    expect(await ask()).not.toHaveProperty('staleSeconds')
    store = brokenStore()
    now = 10_000
    expect(await ask()).toMatchObject({
      outcome: 'served',
      script,
      conductor: 'one',
      staleSeconds: 10,
      facts: { node: target },
    })
    expect(await ask(unknownMac)).toMatchObject({ outcome: 'unavailable' })
    store = fixedStore({ provisionState: 'active' })
    expect(await ask()).toMatchObject({ outcome: 'refused', code: 'StateForbidsBoot' })
    store = brokenStore()
    expect(await ask()).toMatchObject({ outcome: 'unavailable' })
    expect(stale).toBe(1)
  })

  it('stops asking when the total time is over', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `c${i}`)
    const conductors = fixedConductors(Object.fromEntries(names.map((name) => [name, 'never'])))
    const decision = await decide({
      rings: fixedRings(...names),
      conductors,
      attemptTimeoutSeconds: 0.02,
      totalTimeoutSeconds: 0.1,
    })
    expect(decision).toMatchObject({ outcome: 'refused', code: 'ConductorUnreachable' })
    expect(conductors.asked.length).toBeGreaterThan(0)
    expect(conductors.asked.length).toBeLessThan(names.length)
  })

  it('aborts the call that took too long', async () => {
    const signals: (AbortSignal | undefined)[] = []
    await decide({
      attemptTimeoutSeconds: 0.01,
      conductors: {
        call: (_hostname, _method, _params, { signal }) => {
          signals.push(signal)
          return new Promise(() => {})
        },
      },
    })
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true])
  })

  it('answers any address and any name with a decision, and asks a conductor for boot.ipxe alone', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constant(mac), fc.string({ unit: 'binary' })),
        fc.oneof(fc.constantFrom('boot.ipxe', '..', 'constructor', '\0', 'x'.repeat(10_000)), fc.string()),
        async (address, name) => {
          const conductors = fixedConductors({ one: script })
          const decision = await decide({ conductors }, address, name)
          const served = address === mac && name === 'boot.ipxe'
          expect(decision.outcome).toBe(served ? 'served' : 'refused')
          expect(conductors.asked).toEqual(served ? ['one'] : [])
        },
      ),
    )
  })
})
