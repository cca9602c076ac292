import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { hashSync } from 'bcryptjs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { DashboardBrowser, missingBrowser } from '../support/dashboard-browser.ts'
import { DashboardSite, type SiteNode, siteNodes } from '../support/dashboard-site.ts'
import { describeWith } from '../support/describe-with.ts'

/** May only look: the dashboard needs no more. */
const httpCredentials = { username: 'reader', password: 'a password' }
const stranger = '52:54:ff:00:00:01'

describeWith(missingBrowser, 'the dashboard in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-dashboard-users-'))
  const users = join(folder, 'users')
  const nodes = siteNodes(200)
  const waiting = nodes.filter(({ state }) => state === 'wait call-back')
  const [deployed, evil] = nodes.filter(({ state }) => state === 'active') as [SiteNode, SiteNode]
  const inspected = nodes.find(({ state }) => state === 'inspect wait') as SiteNode
  const [faulty, kept, both] = nodes.filter(({ state }) => state === 'available') as [SiteNode, SiteNode, SiteNode]
  let site: DashboardSite
  let browser: DashboardBrowser
  let page: Page
  let complaints: string[]
  let machines: NodeJS.Timeout

  const setPassword = (password: string) =>
    writeFileSync(users, `reader:${hashSync(password, 4).replace(/^\$2[ab]/, '$2y')}\n`)

  beforeAll(async () => {
    execFileSync(process.execPath, [fileURLToPath(new URL('../../tools/build-ui.ts', import.meta.url))])
    setPassword(httpCredentials.password)
    ;[site, browser] = await Promise.all([
      DashboardSite.start({
        OS_DEFAULT__AUTH_STRATEGY: 'http_basic',
        OS_DEFAULT__HTTP_BASIC_AUTH_USER_FILE: users,
        OS_BOOTRING__READ_ONLY_USERS: 'reader',
      }),
      DashboardBrowser.launch(),
    ])
    await site.apply(nodes)
    site.inDatabase((database) => {
      const change = database.prepare('UPDATE nodes SET maintenance = ?, last_error = ? WHERE uuid = ?')
      change.run(0, 'the PDU <b>is</b> off', faulty.uuid)
      change.run(1, null, kept.uuid)
      change.run(1, 'it has no power', both.uuid)
      database.prepare('UPDATE nodes SET boot_interface = ? WHERE uuid = ?').run('pxe', both.uuid)
    })
    for (const { mac } of waiting.slice(0, 3)) await site.boot(mac)
    await site.ask(deployed.mac)
    ;({ complaints, page } = await browser.open({ httpCredentials, viewport: { width: 1280, height: 900 } }))
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

  /** Nothing reaches beyond the window, once plots have followed its width. */
  async function fits(place: string, on = page): Promise<void> {
    const tooWide = `document.documentElement.scrollWidth <= innerWidth ? [] :
      [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth)
        .map(({ outerHTML }) => outerHTML.slice(0, 200))
        .slice(0, 5)`
    await expect.poll(() => on.evaluate(tooWide), { message: place, timeout: 30_000 }).toEqual([])
  }

  async function visit(place: string, shows: string, on = page): Promise<void> {
    await on.goto(`${site.root}/ui/#/${place}`)
    await on.locator(shows).first().waitFor()
  }

  it('is small to fetch, half of it when plots are looked at', () => {
    const assets = fileURLToPath(new URL('../../ui/dist/assets/', import.meta.url))
    const gzippedBytes = (pattern: RegExp) =>
      readdirSync(assets)
        .filter((name) => pattern.test(name))
        .reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name)), { level: 9 }).length, 0)
    // docs/dashboard.md says so.
    expect(gzippedBytes(/^index.*\.js$/)).toBeLessThan(30_000)
    expect(gzippedBytes(/\.js$/)).toBeLessThan(60_000)
    expect(gzippedBytes(/\.css$/)).toBeLessThan(8_000)
  })

  it('shows every page in light, dark and 360 pixels wide, and axe finds nothing serious', async () => {
    for (const [place, shows] of [
      ['fleet', 'table.nodes a'],
      ['boots', 'table.boots .badge'],
      ['ring', 'svg.ring .dots'],
      ['figures', '.plot canvas'],
      [`nodes/${deployed.uuid}`, '.verdict'],
    ] as const) {
      await visit(place, shows)
      if (place === 'boots') await page.locator('.opener').first().click()
      await page.emulateMedia({ colorScheme: 'light' })
      expect(await browser.seriousFaults(page), place).toEqual([])
      // Nothing but the colours is another.
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await browser.seriousFaults(page, ['color-contrast']), `${place}, dark`).toEqual([])
      await page.setViewportSize({ width: 360, height: 740 })
      await fits(place)
      // An opened row leaves the others their room.
      if (place === 'boots')
        await expect
          .poll(async () => (await page.locator('.boots thead th').nth(2).boundingBox())?.width)
          .toBeGreaterThan(90)
      await page.setViewportSize({ width: 1280, height: 900 })
    }
    expect(complaints).toEqual([])
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

  it('filters by what needs a look, in addresses that are shared, gone back over, and told to who does not see', async () => {
    const { page: own, context } = await browser.open({ httpCredentials, viewport: { width: 360, height: 740 } })
    await visit('fleet?error=true', 'table.nodes a', own)
    await own.getByText('the PDU <b>is</b> off').first().waitFor()
    const status = own.locator('.found [role="status"]')
    const shows = async (count: number, ...names: string[]) => {
      await status.filter({ hasText: `${count} found` }).waitFor()
      for (const name of names) await own.getByRole('link', { name, exact: true }).waitFor()
    }
    await shows(2, faulty.name, both.name)
    const maintenance = own.getByRole('button', { name: 'in maintenance 2' })
    await maintenance.focus()
    await own.keyboard.press('Enter')
    await shows(1, both.name)
    expect(own.url()).toContain('error=true&maintenance=true')
    await own.goBack()
    await shows(2, faulty.name, both.name)
    expect(await maintenance.getAttribute('aria-pressed')).toBe('false')
    await own.getByText('More filters').click()
    await own.getByLabel('Boot interface').selectOption('pxe')
    await shows(1, both.name)
    await own.getByRole('link', { name: 'Show all nodes' }).click()
    await own.locator('table.nodes[aria-rowcount="201"]').waitFor()
    expect(await status.textContent()).toBe('')
    // Of those that wait, the ones that have booted before these tests are not among them.
    const [booted] = waiting as [SiteNode]
    await visit(`fleet?q=${booted.name}&unserved_minutes=60`, '.empty', own)
    await visit(`fleet?q=${faulty.name}&unserved_minutes=60`, 'table.nodes a', own)
    const { owner } = (await own.evaluate(
      `fetch('/v1/bootring/nodes/${kept.uuid}').then((answer) => answer.json())`,
    )) as { owner: string }
    await visit('fleet?maintenance=true', 'table.nodes a', own)
    await own.getByText('More filters').click()
    await own.getByLabel('Conductor').selectOption(owner)
    await own.getByRole('link', { name: kept.name, exact: true }).waitFor()
    await fits('filters', own)
    expect(await browser.seriousFaults(own)).toEqual([])
    await context.close()
  })

  it('loses no letter that is typed while it searches already, and opens what Enter was too quick for', async () => {
    await visit('fleet', 'table.nodes a')
    // The rest comes in the very moment in which the search for the beginning starts.
    await page.evaluate(`{
      const replace = history.replaceState
      history.replaceState = function (...args) {
        history.replaceState = replace
        replace.apply(this, args)
        const input = document.getElementById('fleet-search')
        input.value = ${JSON.stringify(deployed.name)}
        input.dispatchEvent(new InputEvent('input', { bubbles: true }))
      }
    }`)
    await page.locator('#fleet-search').fill(deployed.name.slice(0, 4))
    await page.getByText('1 found').waitFor()
    expect(await page.locator('#fleet-search').inputValue()).toBe(deployed.name)
    await page.locator('#fleet-search').fill(inspected.name)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: inspected.name }).waitFor()
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
    await page.getByText('Nothing is wrong if it is to start from its disk').waitFor()
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

  it('leaves the boot open that somebody reads when the next one comes', async () => {
    await site.boot(inspected.mac)
    await visit(`nodes/${inspected.uuid}`, '.verdict')
    const read = page.locator('details.boot[open]', { hasText: 'booted' })
    await read.waitFor()
    await site.ask(inspected.mac)
    await page.locator('details.boot').nth(1).waitFor()
    expect(await page.locator('details.boot').first().textContent()).toContain('under way')
    expect(await read.isVisible()).toBe(true)
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
    await page.locator('h1:focus', { hasText: 'Boots' }).waitFor()
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

  it('shows as text whatever names, errors, scripts and addresses hold, and runs none of it', async () => {
    const attack = `</script><img src=x onerror="globalThis.owned=1"><svg onload=globalThis.owned=1>'"\u202etxet\u202c😀`
    const long = 'W'.repeat(4096)
    site.inDatabase((database) => {
      database
        .prepare('UPDATE nodes SET name = ?, last_error = ?, conductor_group = ?, instance_info = ? WHERE uuid = ?')
        .run(attack, attack + long, '', JSON.stringify({ kernel_append_params: attack }), evil.uuid)
      database.prepare('UPDATE nodes SET name = ? WHERE uuid = ?').run(long, (nodes[3] as SiteNode).uuid)
    })
    const boots = () => site.ask(evil.mac, '</script><img src=x onerror=globalThis.owned=1>')
    await boots()
    // Others boot as well, and push it out of sight where the machine is slow.
    const again = setInterval(() => void boots().catch(() => undefined), 1000)
    onTestFinished(() => clearInterval(again))
    const own = await browser.open({ httpCredentials, viewport: { width: 360, height: 740 } })
    const shown = encodeURIComponent(attack)
    const name = { hasText: attack }
    for (const [place, shows] of [
      ['fleet', own.page.locator('table.nodes a', name)],
      [`fleet?q=${shown}${long}`, own.page.getByText('Expected a shorter value')],
      [`fleet?q=${shown}&owner=${shown}&state=${shown}`, own.page.getByRole('button', { name: attack })],
      [`boots?verdict=${shown}${long}`, own.page.locator('button.chip', name)],
      ['boots', own.page.locator('table.boots a', name)],
      [`ring?ring=${shown}&conductor=${shown}`, own.page.locator('section.panel th', name)],
      [`nodes/${shown}${long}`, own.page.getByText('There is no node')],
      [`nodes/${evil.uuid}?mac=${shown}`, own.page.getByText('Expected a MAC')],
      [`nodes/${evil.uuid}?script=${shown}`, own.page.locator('h1', name)],
    ] as const) {
      await own.page.goto(`${site.root}/ui/#/${place}`)
      await shows.first().waitFor()
      await fits(place.slice(0, 60), own.page)
    }
    await own.page.locator('.reason', { hasText: attack + long }).waitFor()
    await own.page.getByRole('tab', { name: 'wait call-back' }).click()
    await own.page.locator('.script', name).waitFor()
    await fits('the script', own.page)
    expect(await own.page.evaluate('[typeof owned, document.images.length]')).toEqual(['undefined', 0])
    // The browser complains of each 404 and 400; it would of what the content security policy forbids.
    expect(own.complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([])
    await own.context.close()
  })

  it('draws the ring, lights what one conductor bears, and shows one that is killed as dead', async () => {
    await visit('ring', 'svg.ring .dots')
    expect(await page.locator('svg.ring g').count()).toBe(3)
    const conductors = page.locator('table.conductors tbody tr')
    expect(await conductors.count()).toBe(3)
    const born = async () => {
      const numbers = await conductors.locator('td:last-child').allTextContents()
      return numbers.reduce((sum, text) => sum + Number(text), 0)
    }
    expect(await born()).toBe(200)
    await conductors.first().getByRole('button').click()
    await page.locator('svg.ring g.dimmed').nth(1).waitFor()
    expect(await page.locator('svg.ring g.dimmed').count()).toBe(2)
    await conductors.first().getByRole('button').click()

    const victim = await site.killConductor(0)
    const dead = conductors.filter({ hasText: victim }).filter({ hasText: 'dead' })
    await dead.filter({ hasText: 'none' }).waitFor()
    expect(await page.locator('svg.ring g').count()).toBe(2)
    expect(await born()).toBe(200)
    expect(await page.locator('.panel td', { hasText: victim }).count()).toBe(0)
    expect(await browser.seriousFaults(page)).toEqual([])
    await visit('fleet', 'table.nodes a')
    await page.getByRole('link', { name: '2 of 3 conductors alive' }).waitFor()
    await page.locator('table.nodes', { hasNotText: victim }).waitFor()
    expect(complaints).toEqual([])
  })

  it('stays small and finds its way with 10,000 nodes', async () => {
    const many = siteNodes(9_800, 1)
    site.multiply(deployed, many)
    await visit('fleet', 'table.nodes a')
    await page.reload()
    await page.getByText('10,000 nodes').waitFor()
    const rows = page.locator('table.nodes tr.row')
    for (let presses = 0; presses < 20; presses++) await page.keyboard.press('PageDown')
    expect(await rows.count()).toBeLessThan(100)
    // To the very end, for which all pages before it are fetched.
    const last = page.getByRole('link', { name: many.at(-1)?.name as string, exact: true })
    await expect
      .poll(
        async () => {
          await page.keyboard.press('End')
          return await last.isVisible()
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBe(true)
    expect(await rows.count()).toBeLessThan(100)
    await page.keyboard.press('/')
    await page.keyboard.type(many[7_777]?.mac as string)
    await page.getByRole('link', { name: many[7_777]?.name as string, exact: true }).waitFor()
    await page.getByText('1 found').waitFor()
    expect(complaints).toEqual([])
  })

  it('says that the API takes too long, rather than wait for ever', async () => {
    const { context, page: own } = await browser.open({ httpCredentials })
    await own.clock.install()
    await context.route('**/v1/bootring/ring', () => undefined)
    await Promise.all([own.waitForRequest('**/v1/bootring/ring'), visit('ring', 'h1', own)])
    await own.clock.fastForward(40_000)
    await own.locator('.loading', { hasText: 'It takes too long.' }).waitFor()
    await context.close()
  })

  it('says that the API is away, and goes on by itself when it is back', async () => {
    if (!site.server.running) await site.startServer()
    await visit('boots', 'table.boots .badge')
    await site.server.end('SIGKILL')
    await page.getByText('The API does not answer since').waitFor()
    expect(await page.locator('table.boots .badge').count()).toBeGreaterThan(0)
    await page.goto(`${site.root}/ui/#/ring`)
    await page.getByText('Nothing to show until the API answers.').waitFor()
    await page.goto(`${site.root}/ui/#/boots`)
    await site.startServer()
    await page.getByText('The API does not answer since').waitFor({ state: 'detached' })
    const { mac, name } = waiting.at(-2) as SiteNode
    await page.getByText('live', { exact: true }).waitFor()
    await site.boot(mac)
    await page.locator('table.boots tr.row', { hasText: name }).first().waitFor()
  })

  it('asks for the password that has changed, and tells a newcomer what to do', async () => {
    await visit('boots', 'table.boots .badge')
    setPassword('another')
    await site.server.end('SIGKILL')
    await site.startServer({
      OS_DATABASE__CONNECTION: `sqlite:///${join(site.folder, 'empty.sqlite')}`,
      OS_BOOTRING__BOOT_EVENTS: 'False',
    })
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await page.locator('table.boots .badge').count()).toBeGreaterThan(0)
    expect((await fetch(`${site.root}/ui/`)).headers.get('www-authenticate')).toContain('Basic')
    const own = await browser.open({ httpCredentials: { ...httpCredentials, password: 'another' } })
    for (const [place, ...words] of [
      ['fleet', 'There are no nodes yet.', 'bootring apply fleet.yaml', '1 of 1 conductors alive'],
      ['boots', 'Boots are not kept.', '[bootring]boot_events = True'],
      ['figures', 'Boots are not counted.', '[bootring]boot_events = True'],
    ] as const) {
      await own.page.goto(`${site.root}/ui/#/${place}`)
      for (const text of words) await own.page.getByText(text).first().waitFor()
      expect(await own.page.getByText('Loading').count()).toBe(0)
    }
    expect(own.complaints).toEqual([])
    await own.context.close()
  })
})
