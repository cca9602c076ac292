import { describe, expect, it } from 'vitest'
import { parseMac } from '../model/mac.ts'
import { parseIp } from './ip-address.ts'
import { replaceReservations } from './kea-reservations.ts'
import type { Reservation } from './network-plan.ts'

function reservation(last: string, ...addresses: string[]): Reservation {
  const mac = parseMac(`52:54:00:00:00:${last}`)
  if (!mac) throw new Error(last)
  return {
    nodeUuid: `u${last}`,
    mac,
    hostName: `n${last}`,
    addresses: addresses.flatMap((text) => parseIp(text) ?? []),
  }
}

const foreign = { 'hw-address': '52:54:00:00:00:0F', 'ip-address': '192.0.2.9', hostname: 'printer' }
const running = () => ({
  'valid-lifetime': 4000,
  reservations: [{ ...foreign, 'ip-address': '', 'hw-address': '52:54:00:00:00:0e' }],
  'shared-networks': [{ name: 'wire', subnet4: [{ id: 2, subnet: '198.51.100.0/24', reservations: [] }] }],
  subnet4: [{ id: 1, subnet: '192.0.2.0/24', reservations: [foreign] }],
})

describe("Kea's configuration", () => {
  it('gets reservations where their addresses lie, and else for all networks; nothing else of it changes', () => {
    const before = running()
    const fleet = [reservation('01', '192.0.2.20'), reservation('02', '198.51.100.20'), reservation('03')]
    const { config, added, removed } = replaceReservations(before, fleet, 4)
    expect({ added, removed }).toEqual({ added: 3, removed: 0 })
    const ours = (last: string, more = {}) => ({
      'hw-address': `52:54:00:00:00:${last}`,
      hostname: `n${last}`,
      ...more,
      'user-context': { bootring: { node: `u${last}` } },
    })
    expect(config).toEqual({
      ...running(),
      reservations: [...running().reservations, ours('03')],
      'shared-networks': [
        {
          name: 'wire',
          subnet4: [
            { id: 2, subnet: '198.51.100.0/24', reservations: [ours('02', { 'ip-address': '198.51.100.20' })] },
          ],
        },
      ],
      subnet4: [{ id: 1, subnet: '192.0.2.0/24', reservations: [foreign, ours('01', { 'ip-address': '192.0.2.20' })] }],
    })
    expect(before).toEqual(running())
  })

  it('is left as it is while the fleet is, and follows it when it changes', () => {
    const first = replaceReservations(running(), [reservation('01', '192.0.2.20')], 4).config ?? {}
    expect(replaceReservations(first, [reservation('01', '192.0.2.20')], 4).config).toBeUndefined()
    const moved = replaceReservations(first, [reservation('01', '192.0.2.21')], 4)
    expect(moved).toMatchObject({ added: 1, removed: 1 })
    expect(replaceReservations(first, [], 4).config).toEqual(running())
  })

  it("keeps the operator's own, which win", () => {
    const { config, notes } = replaceReservations(
      running(),
      [reservation('01', '192.0.2.9'), reservation('0f'), reservation('0e')],
      4,
    )
    expect(config).toBeUndefined()
    expect(notes).toHaveLength(3)
  })

  it('says which addresses are in none of its subnets, and keeps their names', () => {
    const { config, notes } = replaceReservations(running(), [reservation('01', '203.0.113.1')], 4)
    expect(notes).toEqual(["52:54:00:00:00:01: 203.0.113.1 is in no subnet of Kea's"])
    expect(JSON.stringify(config)).toContain('"hostname":"n01"')
    expect(JSON.stringify(config)).not.toContain('203.0.113.1')
  })
})
