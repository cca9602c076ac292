import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const executablePath = '/usr/bin/chromium'
/** A slow machine with other work is no reason to fail. */
const patienceMilliseconds = 60_000

/** What keeps the browser tests from running; undefined: nothing. */
export const missingBrowser = existsSync(executablePath) ? undefined : 'Chromium'

/** Debian's Chromium, with axe at hand. */
export class DashboardBrowser {
  readonly #browser: Browser
  readonly #axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

  constructor(browser: Browser) {
    this.#browser = browser
  }

  static async launch(): Promise<DashboardBrowser> {
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    return new DashboardBrowser(await chromium.launch({ executablePath, args, timeout: patienceMilliseconds }))
  }

  /** A window with cookies and passwords of its own, what its console complains of, and how to close it. */
  async open(options: BrowserContextOptions): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
    const context = await this.#browser.newContext({ reducedMotion: 'reduce', ...options })
    context.setDefaultTimeout(patienceMilliseconds)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    return { page, context, complaints }
  }

  /** What axe finds serious on the page as it stands; `rules`: only these. */
  async seriousFaults(page: Page, rules?: string[]): Promise<string[]> {
    // Past the content security policy, as it is not the page that runs it.
    if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(this.#axe)
    const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) }
    const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as {
      violations: { id: string; impact: string; nodes: { html: string }[] }[]
    }
    return violations
      .filter(({ impact }) => ['serious', 'critical'].includes(impact))
      .map(({ id, impact, nodes: [first] }) => `${impact} ${id}: ${first?.html}`)
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}
