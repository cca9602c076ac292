import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hashSync } from 'bcryptjs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DashboardSite, type SiteNode, siteNodes } from '../support/dashboard-site.ts'
import { describeWith } from '../support/describe-with.ts'

const executablePath = '/usr/bin/chromium'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** May only look: the dashboard needs no more. */
const httpCredentials = { username: 'reader', password: 'a password' }
const stranger = '52:54:ff:00:00:01'

describeWith(existsSync(executablePath) ? undefined : 'Chromium', 'the dashboard in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-dashboard-users-'))
  const nodes = siteNodes(200)
  const waiting = nodes.filter(({ state }) => state === 'wait call-back')
  const deployed = nodes.find(({ state }) => state === 'active') as SiteNode
  let site: DashboardSite
  let browser: Browser
  let page: Page
  let errors: string[]
  let machines: NodeJS.Timeout

  beforeAll(async () => {
    execFileSync(process.execPath, [fileURLToPath(new URL('../../tools/build-ui.ts', import.meta.url))])
    const users = join(folder, 'users')
    writeFileSync(users, `reader:${hashSync(httpCredentials.password, 4).replace(/^\$2[ab]/, '$2y')}\n`)
    ;[site, browser] = await Promise.all([
      DashboardSite.start({
        OS_DEFAULT__AUTH_STRATEGY: 'http_basic',
        OS_DEFAULT__HTTP_BASIC_AUTH_USER_FILE: users,
        OS_BOOTRING__READ_ONLY_USERS: 'reader',
      }),
      chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] }),
    ])
    await site.apply(nodes)
    for (const { mac } of waiting.slice(0, 3)) await site.boot(mac)
    await site.ask(deployed.mac)
    ;({ errors, page } = await open({}))
    let next = 3
    // Machines go on asking while the tests look.
    machines = setInterval(() => {
      next += 1
      site.ask((waiting[next % waiting.length] as SiteNode).mac).catch(() => undefined)
    }, 400)
  })

  afterAll(async () => {
    clearInterval(machines)
    await browser?.close()
    await site?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** A window of its own, and what its console complains of. */
  async function open(options: BrowserContextOptions, isSignedIn = true): Promise<{ page: Page; errors: string[] }> {
    const context = await browser.newContext({
      ...(isSignedIn && { httpCredentials }),
      reducedMotion: 'reduce',
      ...options,
    })
    context.setDefaultTimeout(30_000)
    const opened = await context.newPage()
    const complaints: string[] = []
    opened.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    opened.on('pageerror', (error) => complaints.push(String(error)))
    return { page: opened, errors: complaints }
  }

  const places = (): [place: string, shows: string][] => [
    ['fleet', 'table.nodes a'],
    ['boots', 'table.boots .badge'],
    ['ring', 'svg.ring .dots'],
    ['figures', '.plot canvas'],
    [`nodes/${deployed.uuid}`, '.verdict'],
  ]

  async function visit(place: string, shows: string, on = page): Promise<void> {
    await on.goto(`${site.root}/ui/#/${place}`)
    await on.locator(shows).first().waitFor()
  }

  it('shows every page in light and dark, and axe finds nothing serious', async () => {
    const { page: own, errors: complaints } = await open({ viewport: { width: 1280, height: 900 } })
    await own.context().addInitScript({ content: axe })
    for (const [place, shows] of places()) {
      await visit(place, shows, own)
      if (place === 'boots') await own.locator('.opener').first().click()
      for (const colorScheme of ['light', 'dark'] as const) {
        await own.emulateMedia({ colorScheme })
        const found = await own.evaluate(async () => {
          const { violations } = await (
            globalThis as unknown as {
              axe: {
                run(options: object): Promise<{
                  violations: { id: string; impact: string; nodes: { html: string }[] }[]
                }>
              }
            }
          ).axe.run({ resultTypes: ['violations'] })
          return violations.map(({ id, impact, nodes: [first] }) => `${impact} ${id}: ${first?.html}`)
        })
        expect(
          found.filter((line) => /^(serious|critical)/.test(line)),
          `${place}, ${colorScheme}`,
        ).toEqual([])
      }
    }
    expect(complaints).toEqual([])
    await own.context().close()
  })

  it('counts the fleet, filters it, finds a MAC however it is written, and opens the node', async () => {
    await visit('fleet', 'table.nodes a')
    await page.getByText('200 nodes').waitFor()
    await page.getByText('3 of 3 conductors alive').waitFor()
    const failed = page.getByRole('button', { name: 'deploy failed 25' })
    await failed.click()
    await page.locator('table.nodes[aria-rowcount="26"]').waitFor()
    expect(await failed.getAttribute('aria-pressed')).toBe('true')
    await failed.click()
    await page.keyboard.press('/')
    await page.keyboard.type(deployed.mac.toUpperCase().replaceAll(':', '-'))
    await page.getByText('1 found').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: deployed.name }).waitFor()
    expect(page.url()).toContain(deployed.uuid)
  })

  it('says what to do where nothing is found', async () => {
    await page.goto(`${site.root}/ui/#/fleet?q=no-such-node`)
    await page.getByText('No node is like that.').waitFor()
    // In a window of its own: the browser complains of each 404.
    const { page: own } = await open({})
    await own.goto(`${site.root}/ui/#/nodes/no-such-node`)
    await own.getByRole('link', { name: 'Search the fleet for it' }).waitFor()
    await own.context().close()
  })

  it('shows boots as they happen, holds them still, and shows those of one verdict', async () => {
    await visit('boots', 'table.boots .badge')
    const of = (text: string) => page.locator('table.boots tr.row', { hasText: text })
    const { mac, name } = waiting.at(-1) as SiteNode
    await page.getByText('live', { exact: true }).waitFor()
    await Promise.all([site.boot(mac), of(name).filter({ hasText: 'booted' }).first().waitFor()])
    await page.getByRole('button', { name: 'Pause' }).click()
    await site.ask(stranger)
    await page.getByRole('button', { name: /Go on \(\d+ new\)/ }).waitFor()
    expect(await of(stranger).count()).toBe(0)
    await page.getByRole('button', { name: /Go on/ }).click()
    await of(stranger).first().waitFor()
    await page.getByRole('button', { name: /^unknown address/ }).click()
    await of(name).first().waitFor({ state: 'detached' })
    await of(stranger).first().getByRole('button').click()
    await page.getByText('Register the MAC as a port of its node.').waitFor()
  })

  it('tells of a node why it may not boot, how its boot went, and what it would be served', async () => {
    await visit(`nodes/${deployed.uuid}`, '.verdict')
    await page.getByText('It does not boot: the machine gets the generic 404').waitFor()
    await page.locator('.verdict code', { hasText: 'StateForbidsBoot' }).waitFor()
    await page.locator('details.boot', { hasText: 'state does not allow' }).waitFor()
    await page.getByRole('tab', { name: 'wait call-back' }).click()
    await page.locator('.script', { hasText: '#!ipxe' }).waitFor()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('tab', { selected: true }).textContent()).not.toContain('wait call-back')
    const booted = waiting[0] as SiteNode
    await visit(`nodes/${booted.uuid}`, 'details.boot')
    const boot = page.locator('details.boot', { hasText: 'booted' }).first()
    await boot.locator('.step-list li').nth(2).waitFor({ state: 'attached' })
    expect(await boot.locator('.scale-step').count()).toBe(await boot.locator('.step-list li').count())
  })

  it('draws the ring, and lights what one conductor bears', async () => {
    await visit('ring', 'svg.ring .dots')
    expect(await page.locator('svg.ring g').count()).toBe(3)
    const conductors = page.locator('table.conductors tbody tr')
    expect(await conductors.count()).toBe(3)
    const born = await conductors.locator('td:last-child').allTextContents()
    expect(born.reduce((sum, text) => sum + Number(text), 0)).toBe(200)
    await conductors.first().getByRole('button').click()
    await page.locator('svg.ring g.dimmed').nth(1).waitFor()
    expect(await page.locator('svg.ring g.dimmed').count()).toBe(2)
    await page.getByLabel('Find a node on the ring').fill(deployed.name)
  })

  it('has the figures as a table, too', async () => {
    await visit('figures', '.plot canvas')
    await page.getByText('As a table').click()
    await page.locator('.figures-table td', { hasText: 'StateForbidsBoot' }).first().waitFor()
  })

  it('is walked through with the keyboard alone, and holds nobody', async () => {
    await visit('ring', 'svg.ring .dots')
    await page.reload()
    await page.locator('svg.ring .dots').first().waitFor()
    const focused = () =>
      page.evaluate(
        'document.activeElement === document.body ? "" : document.activeElement?.textContent',
      ) as Promise<string>
    await page.keyboard.press('Tab')
    expect(await focused()).toContain('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement?.id')).toBe('main')
    await page.keyboard.press('2')
    await page.getByRole('heading', { level: 1, name: 'Boots' }).waitFor()
    expect(await focused()).toBe('Boots')
    await page.keyboard.press('/')
    await page.locator('#fleet-search:focus').waitFor()
    // A digit is text where one types.
    await page.keyboard.type('4')
    expect(await page.locator('#fleet-search').inputValue()).toBe('4')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('?')
    await page.locator('dialog[open]').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
    await visit('figures', '.plot canvas')
    const seen: string[] = []
    const rounds = () => seen.filter((text) => text.includes('Skip')).length
    while (rounds() < 2 && seen.length < 80) {
      await page.keyboard.press('Tab')
      seen.push(await focused())
    }
    expect(seen).toEqual(expect.arrayContaining(['Fleet', 'Ring', '6 hours', 'As a table']))
    expect(rounds()).toBe(2)
  })

  it('fits a phone 360 pixels wide', async () => {
    const { page: phone, errors: complaints } = await open({ viewport: { width: 360, height: 740 } })
    for (const [place, shows] of places()) {
      await visit(place, shows, phone)
      expect(await phone.evaluate('document.documentElement.scrollWidth'), place).toBe(360)
    }
    expect(complaints).toEqual([])
    await phone.context().close()
  })

  it('wants a password', async () => {
    const { page: nobody } = await open({}, false)
    // Nobody is there to type one.
    await expect(nobody.goto(`${site.root}/ui/`)).rejects.toThrow('AUTH')
    await nobody.context().close()
  })

  it('stays small and finds its way with 10,000 nodes', async () => {
    const many = siteNodes(9_800, 1)
    await site.apply(many)
    await visit('fleet', 'table.nodes a')
    await page.reload()
    await page.getByText('10,000 nodes').waitFor()
    const rows = page.locator('table.nodes tr.row')
    for (let presses = 0; presses < 20; presses++) await page.keyboard.press('PageDown')
    expect(await rows.count()).toBeLessThan(100)
    // To the very end, for which all pages before it are fetched.
    await page.keyboard.press('End')
    await page.getByRole('link', { name: many.at(-1)?.name as string, exact: true }).waitFor()
    expect(await rows.count()).toBeLessThan(100)
    await page.keyboard.press('/')
    await page.keyboard.type(many[7_777]?.mac as string)
    await page.getByRole('link', { name: many[7_777]?.name as string, exact: true }).waitFor()
    await page.getByText('1 found').waitFor()
    expect(errors).toEqual([])
  })

  it('says that the API is away, and goes on by itself when it is back', async () => {
    await visit('boots', 'table.boots .badge')
    await site.server.end('SIGKILL')
    await page.getByText('The API does not answer').waitFor()
    expect(await page.locator('table.boots .badge').count()).toBeGreaterThan(0)
    await site.startServer()
    await page.getByText('The API does not answer').waitFor({ state: 'detached' })
    const { mac, name } = waiting.at(-2) as SiteNode
    await page.getByText('live', { exact: true }).waitFor()
    await site.boot(mac)
    await page.locator('table.boots tr.row', { hasText: name }).first().waitFor()
  })
})
