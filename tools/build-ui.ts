/*
 * Builds the dashboard from ui/. Run by itself it builds ui/dist, where the API of a checkout looks for it, unless that was
 * built of these very sources: node tools/build-ui.ts
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../ui', import.meta.url))
const stamp = join(root, 'dist/.stamp')

export async function buildUi(outDir: string): Promise<void> {
  // Loaded here, as a look at the stamp needs none of it.
  const { build } = await import('vite')
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    // The pages work wherever a proxy puts them.
    base: './',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      // The content security policy allows no data: URLs.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      license: { fileName: 'licenses.txt' },
    },
  })
}

/** Of all that the result is made from. */
function sourcesHash(): string {
  const hash = createHash('sha256')
  const sources = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(root, 'dist')) && !path.startsWith(join(root, 'dev')))
  for (const path of [...sources.toSorted(), join(root, '../package-lock.json'), import.meta.filename]) {
    hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

function stamped(): string | undefined {
  try {
    return readFileSync(stamp, 'utf8')
  } catch {
    return undefined
  }
}

if (import.meta.main) {
  const wanted = sourcesHash()
  if (stamped() !== wanted) {
    process.stdout.write('setup: building the dashboard\n')
    await buildUi(join(root, 'dist'))
    writeFileSync(stamp, wanted)
  }
}
