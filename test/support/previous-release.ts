import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The state of 0.1 before there was a way to upgrade while running; counts until there is a tag. */
const before = '2d77ea7'

const root = fileURLToPath(new URL('../..', import.meta.url))
const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim()

export interface PreviousRelease {
  /** Tag or commit. */
  readonly name: string
  readonly launcher: string
  /** Whether it runs with other packages than it was released with. */
  readonly hasOtherPackages: boolean
  remove(): void
}

/** Checks the release before this one out into a temporary folder: the newest tag on the way to HEAD. */
export function previousRelease(): PreviousRelease {
  const name = previousName()
  const folder = mkdtempSync(join(tmpdir(), 'bootring-previous-'))
  const archive = execFileSync('git', ['-C', root, 'archive', name], { maxBuffer: 256 * 1024 * 1024 })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  for (const shared of ['node_modules', '.tools']) symlinkSync(join(root, shared), join(folder, shared))
  const packages = (at: string) => readFileSync(join(at, 'package-lock.json'), 'utf8')
  return {
    name,
    launcher: join(folder, 'bin', 'bootring'),
    hasOtherPackages: packages(folder) !== packages(root),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function previousName(): string {
  const head = git('rev-parse', 'HEAD')
  const tags = git('tag', '--merged', 'HEAD', '--list', 'v*', '--sort=-v:refname').split('\n')
  const tag = tags.find((candidate) => candidate !== '' && git('rev-parse', `${candidate}^{commit}`) !== head)
  if (tag !== undefined) return tag
  try {
    git('cat-file', '-e', `${before}^{commit}`)
  } catch (error) {
    const message = `the previous release, commit ${before}, is not in this clone: fetch all of the history`
    throw new Error(message, { cause: error })
  }
  return before
}
