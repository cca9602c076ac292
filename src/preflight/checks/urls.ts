import { fileURLToPath } from 'node:url'
import { isFileUrl, withoutPassword } from '../../ipxe/image-source.ts'
import { BootringError } from '../../model/errors.ts'
import { about, type Check, type NodeFacts } from '../check.ts'
import type { Report } from '../finding.ts'
import { type ScriptUrl, urlsOf } from '../images/script-urls.ts'
import type { Probe } from '../url-prober.ts'
import type { World } from '../world.ts'

/** A file that a node's machine will be sent, and where it comes from: the script's own URL, or what the conductor will fetch. */
export interface NodeUrl extends Omit<ScriptUrl, 'line'> {
  /** Of the boot file that names it. */
  place: { file: string; line: number } | undefined
}

/**
 * While its machine boots, a node's URLs are those of its script; before, conductors do not have its images yet, and asking for them would make
 * them fetch: then where those come from is looked at.
 */
export function nodeUrls({ bootsNow, files, node }: NodeFacts, world: World): NodeUrl[] {
  const inFiles = files.flatMap((file) =>
    'text' in file
      ? urlsOf(file.name, file.text).map(({ line, ...url }) => ({ ...url, place: { file: file.name, line } }))
      : [],
  )
  if (bootsNow || world.images(node).length === 0) return inFiles
  const commandLine = inFiles.find(({ role }) => role === 'kernel')?.commandLine ?? ''
  return world.images(node).map(({ fileName, url }) => ({
    url,
    role: fileName.endsWith('kernel') ? 'kernel' : fileName.endsWith('ramdisk') ? 'initrd' : 'other',
    commandLine,
    place: undefined,
  }))
}

/** The same, without what a node lacks: that is found elsewhere. */
export function knownUrls(facts: NodeFacts, world: World): NodeUrl[] {
  try {
    return nodeUrls(facts, world)
  } catch (error) {
    if (error instanceof BootringError) return []
    throw error
  }
}

export const urls: Check = {
  name: 'urls',
  title: "Every URL of the nodes' boot files, or of the images that they will need, answers with something.",
  begin: (world) => ({
    async node(facts) {
      const reports: Report[] = []
      for (const { place, url } of knownUrls(facts, world)) {
        const problem = describe(url, await world.probe(url))
        if (problem !== undefined) reports.push({ ...about(facts.node), ...place, ...problem })
      }
      return reports
    },
  }),
}

/** Nodes have URLs of their own below one root: findings that are alike should look alike. Passwords are nobody's business. */
export const shownUrl = (url: string): string =>
  withoutPassword(url).replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/, '<uuid>')

function describe(url: string, probe: Probe): Pick<Report, 'severity' | 'message' | 'remedy'> | undefined {
  const shown = shownUrl(url)
  if (probe.outcome === 'failed') return { ...ofFailed(url), message: `${shown}: ${probe.message}` }
  if (probe.status === 503 && probe.retryAfter !== undefined)
    return {
      severity: 'warning',
      message: `${shown}: is not there yet; the server asks to come back in ${probe.retryAfter} s`,
      remedy: 'The conductor is fetching it: run this again in a while.',
    }
  if (probe.status !== 200 && probe.status !== 206)
    return {
      severity: 'error',
      message: `${shown}: the server answers ${probe.status}`,
      remedy: 'Put the file there, or correct the URL.',
    }
  if (probe.bytes !== 0) return undefined
  return { severity: 'error', message: `${shown}: the file is empty`, remedy: 'Put the whole file there.' }
}

function ofFailed(url: string): Pick<Report, 'severity' | 'remedy'> {
  if (!isFileUrl(url))
    return {
      severity: 'error',
      remedy: 'See whether the server runs and lets this network in, and whether the URL is right.',
    }
  try {
    const path = fileURLToPath(url)
    return {
      severity: 'warning',
      remedy: `Put the file there on every conductor's host; on this one ${path} can't be read.`,
    }
  } catch {
    return { severity: 'error', remedy: 'Name a file by file:// and its absolute path on the host of the conductor.' }
  }
}
