/* Writes what is made from the code: reference pages, Grafana's dashboard, and the list of man pages in package.json. Run: node tools/reference.ts */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { renderReference } from '../src/config/reference.ts'
import { rpcReference } from '../src/rpc/reference.ts'
import { commandsReference } from './commands-reference.ts'
import { grafanaDashboard } from './grafana-dashboard.ts'
import { manPageFiles } from './man-pages.ts'
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

const manifest = new URL('../package.json', import.meta.url)
const fields = JSON.parse(readFileSync(manifest, 'utf8'))
writeFileSync(manifest, `${JSON.stringify({ ...fields, man: await manPageFiles() }, undefined, 2)}\n`)
