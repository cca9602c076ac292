import { Child } from './child.ts'
import { fetchText } from './fetch-text.ts'
import { type Installation, launcher } from './instance.ts'

/**
 * Starts `bin/bootring serve` and asks until `url` gives a script, then ends it. Seconds from the start of the process:
 * the launcher, Node's start, loading the sources, the database, the ring and the file are all in it.
 */
export async function secondsToFirstScript({ configFile }: Installation, url: string): Promise<number> {
  const startedAt = performance.now()
  const child = new Child('first script', launcher, ['serve', '--config-file', configFile])
  try {
    await child.until(async () => ((await fetchText(url))?.startsWith('#!ipxe') ? true : undefined), 60, 5)
    return (performance.now() - startedAt) / 1000
  } finally {
    await child.end()
  }
}
