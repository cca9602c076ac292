import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NetworksFile } from '../src/commands/dhcp/networks-file.ts'
import { examplesOf } from '../src/commands/examples.ts'
import { program } from '../src/commands/program.ts'
import { sections } from '../src/config/config.ts'
import { checkConfig } from '../src/config/load.ts'
import { formatProblem } from '../src/config/problem.ts'
import { parseFleet } from '../src/fleet/parse-fleet.ts'
import { errorKinds } from '../src/model/errors.ts'
import { commandsReference } from '../tools/commands-reference.ts'
import { grafanaDashboard } from '../tools/grafana-dashboard.ts'
import { metricsReference } from '../tools/metrics-reference.ts'
import { openApiReference } from '../tools/openapi-reference.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const skipped = ['node_modules', '.tools', '.git', 'dist']

/** Every Markdown file of the project, relative to its root. */
const pages = readdirSync(root, { withFileTypes: true })
  .filter(({ name }) => !skipped.includes(name))
  .flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(root, entry.name), { recursive: true, encoding: 'utf8' }).map((file) => join(entry.name, file))
      : [entry.name],
  )
  .filter((file) => file.endsWith('.md'))
const read = (page: string) => readFileSync(join(root, page), 'utf8')

interface Example {
  page: string
  /** Of its first line, from 1. */
  line: number
  text: string
}

/** The fenced blocks of one language, in all pages. */
function examples(language: string): Example[] {
  return pages.flatMap((page) => {
    const text = read(page)
    return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
      .filter((match) => match[1] === language)
      .map((match) => ({ page, line: text.slice(0, match.index).split('\n').length + 1, text: match[2] ?? '' }))
  })
}

/** GitHub's anchors of a page's headings. */
function anchors(page: string): Set<string> {
  const headings = [...read(page).matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '')
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

/** What follows `bootring` in code, be it inline, an indented line or a unit file. In prose it is the project's name. */
function callsIn(markdown: string): string[] {
  const code = [...markdown.matchAll(/`([^`\n]+)`|^ {4}(?:\$ )?(.+)$|^ExecStart=(.+)$/gm)]
  return code.flatMap((match) => /^(?:\S*\/)?bootring (.+)/.exec(match[1] ?? match[2] ?? match[3] ?? '')?.[1] ?? [])
}

function isKnown(call: string, commands: Command): boolean {
  const words = call.split(/\s+/)
  let command = commands
  for (const word of words) {
    const inner = command.commands.find((candidate) => candidate.name() === word)
    if (!inner) break
    command = inner
  }
  if (command === commands) return ['--help', '--version', '<command>'].includes(words[0] ?? '')
  const known = ['--help', ...command.options.map(({ long }) => long)]
  const options = words.filter((word) => word.startsWith('--'))
  // One that only holds others has no options.
  const works = command.commands.length === 0 || command.options.length > 0
  return works && options.every((option) => known.includes(option))
}

/** Those that do something, with what is typed for them. */
function working(parent: Command): Command[] {
  return parent.commands.flatMap((command) => {
    const inner = working(command)
    return inner.length > 0 && command.options.length === 0 ? inner : [command, ...inner]
  })
}

/** Has commander check what is typed, and only say which command it is. */
function checkOnly(command: Command, run: (command: Command) => void): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined })
  if (command.commands.length === 0 || command.options.length > 0) command.action(() => run(command))
  for (const inner of command.commands) checkOnly(inner, run)
}

/** What comes after `bootring`, as a shell splits it, less what is for the shell itself. */
const words = (call: string): string[] => {
  const typed = call.replace(/^bootring /, '').replace(/ [<>] \S+$/, '')
  return [...typed.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word)
}

describe('the documentation', () => {
  let commands: Command
  const folder = mkdtempSync(join(tmpdir(), 'bootring-docs-'))
  beforeAll(async () => {
    commands = await program(undefined)
    // All of them at once take their time on a busy machine.
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('has the pages that the README links to', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/install.md']))
  })

  it('has no link that leads nowhere', () => {
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => match[1] ?? '')
        // To other sites, and to what `make bench` writes.
        .filter((link) => !/^[a-z]+:|^results\//.test(link))
        .filter((link) => {
          const [path = '', anchor] = link.split('#')
          const target = path === '' ? join(root, page) : resolve(root, dirname(page), path)
          if (!existsSync(target)) return true
          return anchor !== undefined && !anchors(relative(root, target)).has(anchor)
        })
        .map((link) => `${page}: ${link}`),
    )
    expect(broken).toEqual([])
  })

  it('names no file or folder of the project that is not there', () => {
    const missing = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:src|test|tools|docs|examples|bench)\/[\w./-]*)`/g)]
        .map((match) => match[1] ?? '')
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${page}: ${path}`),
    )
    expect(missing).toEqual([])
  })

  it('says of each library what it is there for', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'))
    const names = Object.keys({ ...dependencies, ...devDependencies })
    const decided = read('docs/adr/0002-libraries.md')
    const called = (name: string) => name.replace('@biomejs/', '').replace(/^@opentelemetry.*/, '@opentelemetry/')
    expect(names.filter((name) => !name.startsWith('@types/') && !decided.includes(called(name)))).toEqual([])
  })

  it('names each error with its status and what to do about it', () => {
    const page = read('docs/reference/rest.md')
    const rows = Object.entries(errorKinds).map(
      ([code, { httpStatus, remedy, ...kind }]) =>
        `| \`${code}\` | ${httpStatus}${'restStatus' in kind ? `, ${kind.restStatus}` : ''} | ${remedy} |`,
    )
    expect(rows.filter((row) => !page.includes(row))).toEqual([])
  })

  it('names no command or option of ours that is not there', () => {
    const calls = pages.flatMap((page) => callsIn(read(page)).map((call) => ({ page, call })))
    const unknown = calls.filter(({ call }) => !isKnown(call, commands))
    expect(unknown).toEqual([])
    expect(calls.length).toBeGreaterThan(40)
  })

  it('has examples of each command, which can be typed as they are and fit a terminal', async () => {
    const root = await program(undefined)
    let run: Command | undefined
    checkOnly(root, (command) => {
      run = command
    })
    const type = (call: string) => root.parseAsync(words(call), { from: 'user' })
    for (const command of working(root)) {
      expect(examplesOf(command), command.name()).not.toEqual([])
      for (const { call, meaning } of examplesOf(command)) {
        await type(call)
        expect(run?.name(), call).toBe(command.name())
        expect([call, meaning].filter((line) => line.length > 76)).toEqual([])
      }
    }
    await expect(type('bootring boots --limit "a few"')).rejects.toThrow('--limit')
    await expect(type('bootring explain')).rejects.toThrow('mac')
  })

  it('names no option that is not there', () => {
    const groups = new Map(Object.entries(sections).map(([group, options]) => [group, Object.keys(options)]))
    const unknown = pages
      // Made from the options themselves; it has their former names as well.
      .filter((page) => page !== join('docs', 'reference', 'options.md'))
      .flatMap((page) =>
        // What ends in _ stands for several.
        [...read(page).matchAll(/\[(\w+)\](\w*[^\W_])\b/g)]
          .filter(([, group = '', name = '']) => groups.get(group)?.includes(name) === false)
          .map(([option]) => `${page}: ${option}`),
      )
    // Ironic's: the page says that it is not there.
    expect(unknown).toEqual(['docs/states.md: [conductor]max_concurrent_deploy'])
  })

  it('has a reference of commands that is made from them', async () => {
    expect(read('docs/reference/commands.md')).toBe(await commandsReference())
  })

  it('has a reference of metrics that is made from them', () => {
    expect(read('docs/reference/metrics.md')).toBe(metricsReference())
  })

  it('has a dashboard for Grafana that is made from its description', () => {
    expect(read('packaging/grafana/bootring.json')).toBe(grafanaDashboard())
  })

  it('has an OpenAPI description that is made from the routes', async () => {
    expect(read('docs/reference/openapi.json')).toBe(await openApiReference())
  })

  it('has no configuration that config check finds fault with', () => {
    // Beside an Ironic its own file is read first.
    const ironics = join(folder, 'ironic.conf')
    writeFileSync(
      ironics,
      '[database]\nconnection = mysql+pymysql://ironic@db/ironic\n[json_rpc]\nauth_strategy = noauth\n',
    )
    const problems = examples('ini').flatMap(({ page, line, text }) => {
      const file = join(folder, `line-${line}-of-${page.replaceAll('/', '-')}`)
      writeFileSync(file, text)
      const checked = checkConfig({ files: [...(/^mode = attached$/m.test(text) ? [ironics] : []), file], env: {} })
      expect(checked.optionsSet).toBeGreaterThan(0)
      return [...checked.problems, ...checked.warnings].map(formatProblem)
    })
    expect(problems).toEqual([])
    expect(examples('ini').length).toBeGreaterThan(2)
  })

  it.each(examples('yaml'))(
    'has a fleet file or one of networks that can be loaded, at $page:$line',
    ({ page, text }) => {
      if (!text.startsWith('networks:')) return expect(parseFleet(text, page).length).toBeGreaterThan(0)
      const networks = new NetworksFile(text, page)
      expect(() => networks.check()).not.toThrow()
      return expect(networks.subnets.length).toBeGreaterThan(0)
    },
  )

  it.each(examples('json'))('has JSON that can be read, at $page:$line', ({ text }) => {
    expect(() => JSON.parse(text)).not.toThrow()
  })
})
