/*
 * Builds dist/ for the npm package: JavaScript and type declarations from src/, and the files that are no code (templates)
 * beside them, where the code looks for them. The man pages go into dist/man, where npm finds them; the dashboard into dist/ui.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildUi } from './build-ui.ts'
import { writeManPages } from './man-pages.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = join(root, 'src')
const target = join(root, 'dist')

// What an earlier build made of files that are gone by now would be shipped.
rmSync(target, { recursive: true, force: true })
const compiler = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
})
if (compiler.status !== 0) process.exit(1)

for (const file of readdirSync(source, { recursive: true, withFileTypes: true })) {
  if (!file.isFile() || file.name.endsWith('.ts')) continue
  const path = join(file.parentPath, file.name)
  cpSync(path, join(target, path.slice(source.length)))
}

await writeManPages(join(target, 'man'))
await buildUi(join(target, 'ui'))
