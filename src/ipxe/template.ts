import { readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import nunjucks from 'nunjucks'
import { BootringError } from '../model/errors.ts'

// Python's spellings (True, None, .items(), slices), which templates written for Jinja2 use.
nunjucks.installJinjaCompat()

/** A file as it was when it was compiled. */
interface SourceFile {
  /** As Jinja2 and our own rewriting made of it: what line numbers in errors refer to. */
  text: string
  version: string
}

/**
 * A template file in Jinja2 syntax. It is compiled once, and again when it or a file that it includes changes. Templates
 * are the operator's own (trusted) code; what they are given as variables is only ever printed, never run.
 */
export class Template {
  readonly path: string
  #environment: nunjucks.Environment | undefined
  readonly #sources = new Map<string, SourceFile>()

  constructor(path: string) {
    this.path = resolve(path)
  }

  /** Throws `TemplateFailed` naming template and line, and the variable where an undefined one is printed. */
  render(variables: Readonly<Record<string, unknown>>): string {
    const environment = this.#current()
    try {
      return environment.render(basename(this.path), variables)
    } catch (error) {
      this.#environment = undefined
      throw this.#explain(error)
    }
  }

  /** Whether the template, or one that the last rendering included, has this word in it. */
  mentions(word: string): boolean {
    this.#current().getTemplate(basename(this.path))
    return [...this.#sources.values()].some(({ text }) => text.includes(word))
  }

  #current(): nunjucks.Environment {
    const changed = [...this.#sources].some(([path, { version }]) => fileVersion(path) !== version)
    if (!this.#environment || changed) {
      this.#sources.clear()
      this.#environment = this.#newEnvironment()
    }
    return this.#environment
  }

  #newEnvironment(): nunjucks.Environment {
    const loader: nunjucks.ILoader = { getSource: (name) => this.#load(name) }
    const environment = new nunjucks.Environment(loader, { autoescape: false, throwOnUndefined: true })
    environment.addGlobal('enumerate', (items: Iterable<unknown>) => [...items].map((item, index) => [index, item]))
    environment.addFilter('format', formatLikePython)
    return environment
  }

  #load(name: string): nunjucks.LoaderSource {
    let path: string
    let text: string
    try {
      const folder = realpathSync(dirname(this.path))
      const wanted = name === basename(this.path) ? this.path : resolve(folder, name)
      path = realpathSync(wanted)
      // The main template may be a link to elsewhere (a mounted ConfigMap is one); what it includes may not leave the folder.
      if (wanted !== this.path && !isInside(folder, path))
        throw new BootringError('TemplateFailed', `${this.path} includes ${name}, which is outside its folder`)
      path = wanted
      const version = fileVersion(path)
      text = asJinja(readFileSync(path, 'utf8'))
      this.#sources.set(path, { text, version })
    } catch (error) {
      if (error instanceof BootringError) throw error
      throw new BootringError('TemplateFailed', `cannot read template ${name}: ${messageOf(error)}`, { cause: error })
    }
    return { src: text, path, noCache: false }
  }

  #explain(error: unknown): BootringError {
    if (error instanceof BootringError) return error
    const message = messageOf(error)
    // An error thrown while loading comes back wrapped in nunjucks' own, with its words inside.
    const place = /^\((.*?)\) \[Line (\d+)(?:, Column (\d+))?\]/.exec(message)
    const path = place?.[1] ?? this.path
    const words = message.split('\n').slice(1).join(' ').trim() || message
    if (!place) return new BootringError('TemplateFailed', `template ${path}: ${words}`, { cause: error })
    const line = Number(place[2])
    const where = `template ${path}, line ${line}`
    if (!words.includes('attempted to output null or undefined value'))
      return new BootringError('TemplateFailed', `${where}: ${words}`, { cause: error })
    const text = this.#sources.get(path)?.text.split('\n')[line - 1] ?? ''
    const what = printedAt(text, Number(place[3] ?? 1)) ?? text.trim()
    return new BootringError('TemplateFailed', `${where}: ${what} has no value`, { cause: error })
  }
}

/** The source as Jinja2 takes it: one kind of line end, one trailing newline dropped; and `'…' % x` as the filter it equals. */
function asJinja(source: string): string {
  const text = source.replace(/\r\n?/g, '\n').replace(/\n$/, '')
  // nunjucks takes % for arithmetic only.
  return text.replace(/\{[{%](?:(?!\}\}|%\}).)*[}%]\}/gs, (tag) =>
    tag.replace(
      /('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*%\s*(?:\(([^()]*)\)|([A-Za-z_][\w.]*))/g,
      (_, literal: string, list: string | undefined, name: string | undefined) =>
        `${literal}|format(${(list ?? name ?? '').replace(/,\s*$/, '')})`,
    ),
  )
}

/** The part of Python's % that templates use: %s, %d, %x, %X, with zero padding and width. */
function formatLikePython(format: string, ...values: unknown[]): string {
  let next = 0
  return format.replace(/%(%|(0?)(\d*)([sdxX]))/g, (whole, _, zero: string, width: string, kind: string) => {
    if (whole === '%%') return '%'
    const value = values[next++]
    if (value === undefined || (kind !== 's' && !Number.isInteger(value)))
      throw new Error(`${JSON.stringify(format)} wants another value than ${String(value)}`)
    const digits = kind === 's' || kind === 'd' ? String(value) : Number(value).toString(16)
    return (kind === 'X' ? digits.toUpperCase() : digits).padStart(Number(width), zero && kind !== 's' ? '0' : ' ')
  })
}

/** The `{{ expression }}` of a line in which this column (from 1) lies, or which ends nearest before it. */
function printedAt(line: string, column: number): string | undefined {
  const tags = [...line.matchAll(/\{\{-?\s*(.*?)\s*-?\}\}/g)]
  return (tags.findLast(({ index }) => index < column) ?? tags[0])?.[1]
}

function fileVersion(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat ? `${stat.ino} ${stat.mtimeNs} ${stat.size}` : 'none'
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
