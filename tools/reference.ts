/* Writes the reference pages, and Grafana's dashboard, that are made from the code. Run: node tools/reference.ts */
import { mkdirSync, writeFileSync } from 'node:fs'
import { renderReference } from '../src/config/reference.ts'
import { rpcReference } from '../src/rpc/reference.ts'
import { commandsReference } from './commands-reference.ts'
import { grafanaDashboard } from './grafana-dashboard.ts'
import { metricsReference } from './metrics-reference.ts'
import { openApiReference } from './openapi-reference.ts'
import { statesDiagram } from './states-diagram.ts'

const folder = new URL('../docs/reference/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('commands.md', folder), await commandsReference())
writeFileSync(new URL('metrics.md', folder), metricsReference())
writeFileSync(new URL('../../packaging/grafana/bootring.json', folder), grafanaDashboard())
writeFileSync(new URL('options.md', folder), renderReference())
writeFileSync(new URL('rpc.md', folder), rpcReference())
writeFileSync(new URL('../states.svg', folder), statesDiagram())
writeFileSync(new URL('openapi.json', folder), await openApiReference())
