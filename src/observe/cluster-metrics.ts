import { AggregatorRegistry, type Registry } from 'prom-client'

/** In a worker of node:cluster: lets the primary ask for this process's metrics. */
export function shareMetricsWithPrimary(registry: Registry): void {
  AggregatorRegistry.setRegistries([registry])
  // Its constructor is what listens for the primary.
  new AggregatorRegistry()
}

/** In the primary of node:cluster: a function that gives the metrics of all workers, added up, in Prometheus's text format. */
export function clusterMetricsText(): () => Promise<string> {
  const aggregator = new AggregatorRegistry()
  return () => aggregator.clusterMetrics()
}
