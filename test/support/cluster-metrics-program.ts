import cluster from 'node:cluster'
import { once } from 'node:events'
import { clusterMetricsText, shareMetricsWithPrimary } from '../../src/observe/cluster-metrics.ts'
import { Metrics } from '../../src/observe/metrics.ts'

/*
 * A primary that prints the metrics of its two workers, each of which has refused five requests and sees one conductor
 * more than the one before it.
 */

if (cluster.isPrimary) {
  const text = clusterMetricsText()
  for (const conductors of [3, 4]) {
    const worker = cluster.fork({ CONDUCTORS: String(conductors) })
    await once(worker, 'message')
  }
  process.stdout.write(await text())
  for (const worker of Object.values(cluster.workers ?? {})) worker?.disconnect()
} else {
  const metrics = new Metrics()
  shareMetricsWithPrimary(metrics.registry)
  for (let i = 0; i < 5; i += 1) metrics.bootRequest('refused', 'PortNotFound', 0.2)
  metrics.fleet({ builds: 1, conductorsAlive: Number(process.env.CONDUCTORS) })
  process.send?.('counted')
}
