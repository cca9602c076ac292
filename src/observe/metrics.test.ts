import { describe, expect, it } from 'vitest'
import { Metrics } from './metrics.ts'

const lines = async (metrics: Metrics) => (await metrics.text()).split('\n')

describe('Metrics', () => {
  it('counts requests, attempts and durations', async () => {
    const metrics = new Metrics({ processMetrics: false })
    metrics.bootRequest('served', undefined, 0.2)
    metrics.bootRequest('served', undefined, 20)
    metrics.bootRequest('refused', 'PortNotFound', 1)
    metrics.bootRequest('unavailable', 'NoConductors', 1)
    metrics.rpcAttempt('answered')
    metrics.rpcAttempt('timeout')
    metrics.staleBoot()
    // Asking twice must not count twice.
    await metrics.text()
    expect(await lines(metrics)).toEqual(
      expect.arrayContaining([
        'bootring_boot_requests_total{outcome="served",reason="none"} 2',
        'bootring_boot_requests_total{outcome="refused",reason="PortNotFound"} 1',
        'bootring_boot_requests_total{outcome="unavailable",reason="NoConductors"} 1',
        'bootring_rpc_attempts_total{result="answered"} 1',
        'bootring_stale_boots_total 1',
        'bootring_rpc_attempts_total{result="timeout"} 1',
        'bootring_boot_request_duration_seconds_bucket{le="0.00025",outcome="served"} 1',
        'bootring_boot_request_duration_seconds_bucket{le="0.025",outcome="served"} 2',
        'bootring_boot_request_duration_seconds_count{outcome="refused"} 1',
      ]),
    )
  })

  it('loses no duration among many', async () => {
    const metrics = new Metrics({ processMetrics: false })
    for (let i = 0; i < 2000; i += 1) metrics.bootRequest('served', undefined, 500)
    expect(await lines(metrics)).toEqual(
      expect.arrayContaining([
        'bootring_boot_request_duration_seconds_count{outcome="served"} 2000',
        'bootring_boot_request_duration_seconds_sum{outcome="served"} 1000',
      ]),
    )
  })

  it('takes over what the rings say of themselves', async () => {
    const metrics = new Metrics({ processMetrics: false })
    metrics.fleet({ builds: 3, conductorsAlive: 5 })
    metrics.fleet({ builds: 4, conductorsAlive: 2 })
    expect(await lines(metrics)).toEqual(
      expect.arrayContaining(['bootring_ring_rebuilds_total 4', 'bootring_conductors_alive 2']),
    )
  })

  it('looks at the fleet at each scrape, and keeps the old figures when it can not', async () => {
    const metrics = new Metrics({ processMetrics: false })
    let look = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return { builds: 7, conductorsAlive: 3 }
    }
    metrics.watchFleet(() => look())
    const figures = ['bootring_ring_rebuilds_total 7', 'bootring_conductors_alive 3']
    expect(await lines(metrics)).toEqual(expect.arrayContaining(figures))
    look = () => Promise.reject(new Error('database away'))
    expect(await lines(metrics)).toEqual(expect.arrayContaining(figures))
  })

  it('tells of the process, each metric with its help', async () => {
    const text = await new Metrics().text()
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m)
    for (const [, name] of text.matchAll(/^# TYPE (\S+)/gm)) expect(text).toContain(`# HELP ${name} `)
  })

  it('belongs to one owner: two of them do not share counts', async () => {
    const first = new Metrics()
    first.rpcAttempt('failed')
    expect(await lines(new Metrics())).not.toContain('bootring_rpc_attempts_total{result="failed"} 1')
  })
})
