/*
 * Makes the pictures of the dashboard for the documentation, from a fleet on loopback with boots going on, and prints how
 * smooth 10,000 nodes are: node tools/screenshots.ts
 * They show times and addresses of that moment, so that they are made anew only when pages look otherwise.
 */
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { DashboardSite, type SiteNode, siteNodes } from '../test/support/dashboard-site.ts'

const images = fileURLToPath(new URL('../docs/images/', import.meta.url))
const desktop = { width: 1040, height: 620 }
const phone = { width: 360, height: 700 }
const maxBytes = 150_000

execFileSync(process.execPath, [fileURLToPath(new URL('build-ui.ts', import.meta.url))], { stdio: 'inherit' })
const site = await DashboardSite.start()
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  const nodes = siteNodes(200)
  await site.apply(nodes)
  await bootsGoOn(nodes)
  const [booted, refused] = [nodes.find(waits), nodes.find(({ state }) => state === 'active')] as [SiteNode, SiteNode]
  await take('ring', 'ring', 'light', desktop)
  await take('fleet', 'fleet', 'light', desktop)
  await take('boots', 'boots', 'dark', desktop, (page) => page.locator('.opener', { hasText: ':' }).nth(2).click())
  await take('node', `nodes/${booted.uuid}`, 'light', { ...desktop, height: 720 })
  await take('node-refused', `nodes/${refused.uuid}`, 'dark', { ...desktop, height: 560 })
  await take('figures', 'figures', 'light', desktop)
  await take('phone', 'fleet', 'dark', phone)
  await site.apply(siteNodes(9_800, 1))
  await measure(browser)
} finally {
  await browser.close()
  await site.close()
}

function waits({ state }: SiteNode): boolean {
  return state.endsWith('wait') || state === 'wait call-back'
}

/** Of all kinds. */
async function bootsGoOn(nodes: readonly SiteNode[]): Promise<void> {
  for (const [index, { mac }] of nodes.filter(waits).entries()) {
    if (index % 3 === 0) await site.boot(mac)
    else if (index % 7 === 1) await site.ask(mac)
  }
  for (const { mac } of nodes.filter(({ state }) => state === 'active').slice(0, 8)) await site.ask(mac)
  for (let unknown = 0; unknown < 3; unknown++) await site.ask(`52:54:ff:00:00:0${unknown}`)
  await pause(1500)
}

async function take(
  name: string,
  place: string,
  colorScheme: 'light' | 'dark',
  viewport: { width: number; height: number },
  prepare?: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(`${site.root}/ui/#/${place}`)
  await pause(1500)
  await prepare?.(page)
  await pause(500)
  const path = `${images}ui-${name}.png`
  await page.screenshot({ path })
  await context.close()
  const { size } = statSync(path)
  process.stdout.write(`ui-${name}.png ${Math.round(size / 1000)} kB\n`)
  if (size > maxBytes) throw new Error(`ui-${name}.png has more than ${maxBytes} bytes`)
}

/** What one feels while scrolling and typing: frames that came late, and how long the search took. */
async function measure(inBrowser: Browser): Promise<void> {
  const context = await inBrowser.newContext({ viewport: desktop })
  const page = await context.newPage()
  await page.goto(`${site.root}/ui/#/fleet`)
  await page.getByText('10,000 nodes').waitFor()
  const frames = (await page.evaluate(`new Promise((done) => {
    const spans = []
    let before = performance.now()
    let long = 0
    new PerformanceObserver((list) => { long += list.getEntries().length }).observe({ type: 'longtask' })
    const begun = before
    const frame = (now) => {
      spans.push(now - before)
      before = now
      scrollBy(0, 400)
      if (now - begun < 5000) requestAnimationFrame(frame)
      else done({ spans, long, rows: document.querySelectorAll('table.nodes tr.row').length, y: scrollY })
    }
    requestAnimationFrame(frame)
  })`)) as { spans: number[]; long: number; rows: number; y: number }
  const sorted = frames.spans.toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)
  process.stdout.write(
    `scrolled ${Math.round(frames.y)} pixels in 5 s: ${sorted.length} frames, median ${at(0.5)} ms, 99 % within ${at(0.99)} ms, ${frames.long} tasks longer than 50 ms, ${frames.rows} rows in the page\n`,
  )
  await page.evaluate('scrollTo(0, 0)')
  const begun = performance.now()
  await page.locator('#fleet-search').pressSequentially('rack1200-n07', { delay: 20 })
  await page.getByText('1 found').waitFor()
  process.stdout.write(`found while typing, ${Math.round(performance.now() - begun)} ms after the first key\n`)
  await context.close()
}
