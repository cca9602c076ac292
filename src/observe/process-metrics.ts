import { Gauge, type Registry } from 'prom-client'
import type { DatabaseFigures } from '../model/stores.ts'

/** What this is: a constant 1, with what it says as labels. */
export function tellBuild(registry: Registry, { mode, version }: { version: string; mode: string }): void {
  new Gauge({
    name: 'bootring_build_info',
    help: 'Always 1: the release of bootring, its mode (standalone, attached) and the release of Node.',
    labelNames: ['version', 'mode', 'node_version'],
    registers: [registry],
    // All workers are of one release.
    aggregator: 'max',
  }).set({ version, mode, node_version: process.versions.node }, 1)
}

/** Asks at each scrape what the connections to the database do; nothing is told where there are none, as with SQLite. */
export function watchDatabase(registry: Registry, figures: () => DatabaseFigures | undefined): void {
  const registers = [registry]
  new Gauge({
    name: 'bootring_database_connections',
    help: 'Connections to the database, by state (busy, idle).',
    labelNames: ['state'],
    registers,
    collect() {
      const { connections } = figures() ?? {}
      if (connections === undefined) return
      this.set({ state: 'busy' }, connections.busy)
      this.set({ state: 'idle' }, connections.idle)
    },
  })
  new Gauge({
    name: 'bootring_database_queries_waiting',
    help: 'Queries that wait for a connection to the database, by kind (lookup: of a machine that boots; other).',
    labelNames: ['kind'],
    registers,
    collect() {
      const { waiting } = figures() ?? {}
      if (waiting === undefined) return
      this.set({ kind: 'lookup' }, waiting.lookups)
      this.set({ kind: 'other' }, waiting.others)
    },
  })
  new Gauge({
    name: 'bootring_database_silent',
    help: '1 while the database answers nobody, and machines are told to come back; else 0.',
    registers,
    aggregator: 'max',
    collect() {
      this.set(figures()?.silent ? 1 : 0)
    },
  })
}
