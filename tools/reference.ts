/* Writes the reference pages that are made from the code. Run: node tools/reference.ts */
import { mkdirSync, writeFileSync } from 'node:fs'
import { rpcReference } from '../src/rpc/reference.ts'

const folder = new URL('../docs/reference/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('rpc.md', folder), rpcReference())
