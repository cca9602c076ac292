import { describe, expect, it } from 'vitest'
import { defaultRouteInterface } from './default-route.ts'

const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
const route = (name: string, destination: string, metric: number, mask = destination): string =>
  `${name}\t${destination}\t0100000A\t0003\t0\t0\t${metric}\t${mask}\t0\t0\t0   \n`

describe("the default route's interface", () => {
  it('is the one of the lowest metric', () => {
    const table = `${header}${route('docker0', '000011AC', 0, '0000FFFF')}${route('wlan0', '00000000', 600)}${route('eth0', '00000000', 100)}`
    expect(defaultRouteInterface(table)).toBe('eth0')
  })

  it('may be missing', () => {
    expect(defaultRouteInterface(header + route('eth0', '0000000A', 0, '000000FF'))).toBeUndefined()
    // Half of everything, as VPNs have it.
    expect(defaultRouteInterface(header + route('tun0', '00000000', 0, '00000080'))).toBeUndefined()
    expect(defaultRouteInterface('')).toBeUndefined()
  })
})
