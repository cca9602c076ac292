import type { StoredBootEvent } from '../../model/boot-events.ts'
import type { BootVerdict } from '../../model/boots.ts'
import { remedyOf } from '../../model/remedy.ts'
import { fileRole, isLead } from './boot-files.ts'
import { callBackPatienceMilliseconds, kernelPatienceMilliseconds } from './patience.ts'
import type { Sight } from './sight.ts'
import { isCallBack } from './split-boots.ts'

export interface Judgement {
  verdict: BootVerdict
  code: string | null
  reason: string | null
  remedy: string | null
}

/** What a code of a script that was not served means for its machine; a code that is not here: `refused`. */
const verdictsOfCodes: Readonly<Record<string, BootVerdict>> = {
  PortNotFound: 'unknown address',
  NodeNotFound: 'unknown address',
  StateForbidsBoot: 'state does not allow',
  NoConductorForNode: 'no conductor',
  NoConductors: 'no conductor',
  ConductorUnreachable: 'no conductor',
  ConductorsDegraded: 'no conductor',
  AllConductorsDegraded: 'no conductor',
  TemplateFailed: 'script broken',
  MissingParameter: 'script broken',
  BootConfigUnavailable: 'script broken',
  ImageUnavailable: 'file missing',
  DatabaseUnavailable: 'told to wait',
  Overloaded: 'told to wait',
}

/** What became of a boot, as it stands at `now`: as far as it came, and why no further. Its events are in order. */
export function judge(events: readonly StoredBootEvent[], now: number, sight: Sight): Judgement {
  if (events.some(isCallBack)) return plain('booted')
  const scripts = events.filter(({ kind }) => kind === 'script')
  const all = events.filter(({ kind }) => kind === 'file')
  // Where an API was asked, what leads there and on is no more news.
  const files = all.filter(({ name }) => !isLead(name) || (scripts.length === 0 && fileRole(name) === 'configuration'))
  const fallback = files.find(({ name, outcome }) => outcome === 'served' && fileRole(name) === 'fallback script')
  const refusal = tellingRefusal(scripts)
  if (fallback !== undefined) return ofFallback(fallback, refusal)
  const script = scripts.findLast(({ outcome }) => outcome === 'served')
  if (files.length > 0) return ofFiles(files, events, now)
  if (script !== undefined) return ofScript(script, now, sight)
  if (refusal !== undefined) return ofRefusal(refusal)
  return ofAgent(events) ?? ofRootScript(all, now)
}

const seeLog = 'See the log of the API instance that answered.'

const plain = (verdict: BootVerdict): Judgement => ({ verdict, code: null, reason: null, remedy: null })

function ofFallback(fallback: StoredBootEvent, refusal: StoredBootEvent | undefined): Judgement {
  const code = refusal?.code ?? null
  const why = refusal === undefined ? 'it had not asked for a script of its own' : (refusal.reason ?? refusal.code)
  return {
    verdict: 'fallback served',
    code,
    reason: `it was given ${fallback.name}, since it got no script of its own: ${why}`,
    remedy: code === null ? 'See which MAC the machine asks with, and register it as a port.' : remedyOf(code),
  }
}

/** The refusal that says most: one of a node that is known, if there is any; the last of these. */
function tellingRefusal(scripts: readonly StoredBootEvent[]): StoredBootEvent | undefined {
  const refused = scripts.filter(({ outcome }) => outcome !== 'served')
  return refused.findLast(({ node_uuid }) => node_uuid !== null) ?? refused.at(-1)
}

function ofRefusal({ code, reason }: StoredBootEvent): Judgement {
  const verdict = verdictsOfCodes[code ?? ''] ?? 'refused'
  return {
    verdict,
    code,
    reason: reason ?? code ?? 'nothing says why',
    remedy: code === null ? seeLog : remedyOf(code),
  }
}

function ofScript(script: StoredBootEvent, now: number, sight: Sight): Judgement {
  if (!sight.files) {
    if (!sight.agents) return plain('script served')
    return now - script.at <= callBackPatienceMilliseconds ? plain('under way') : ofSilence([])
  }
  if (now - script.at <= kernelPatienceMilliseconds) return plain('under way')
  const seconds = kernelPatienceMilliseconds / 1000
  return {
    verdict: 'script fetched, kernel never',
    code: null,
    reason: `${script.conductor ?? 'a conductor'} served its script, and no fetch of its kernel was seen within ${seconds} s`,
    remedy:
      "See on the machine's console which URL iPXE can't fetch, and why: name, address, firewall. Where another web server serves the files, see its log.",
  }
}

function ofFiles(files: readonly StoredBootEvent[], events: readonly StoredBootEvent[], now: number): Judgement {
  const lastOf = Map.groupBy(files, ({ name }) => name)
  const last = [...lastOf.values()].map((all) => all.findLast(({ outcome }) => outcome === 'served') ?? all.at(-1))
  const refused = last.find((file) => file?.outcome === 'refused')
  if (refused) return ofMissing(refused)
  const age = now - (files.at(-1) as StoredBootEvent).at
  const held = last.find((file) => file?.outcome === 'unavailable')
  if (held) return age <= kernelPatienceMilliseconds ? plain('under way') : ofMissing(held)
  const broken = last.find((file) => file?.outcome === 'broken')
  if (broken) return age <= kernelPatienceMilliseconds ? plain('under way') : ofBroken(broken)
  const turnedAway = ofAgent(events)
  if (turnedAway) return turnedAway
  return age <= callBackPatienceMilliseconds ? plain('under way') : ofSilence(files)
}

function ofMissing({ code, name, reason, server }: StoredBootEvent): Judgement {
  return {
    verdict: 'file missing',
    code,
    reason: `${name} was asked for on ${server} and not to be had: ${reason ?? code ?? 'there is no such file'}`,
    remedy: `See whether the file is in [deploy]http_root of ${server}, and whether the node's kernel and ramdisk name what can be fetched.`,
  }
}

function ofBroken({ name, reason, server }: StoredBootEvent): Judgement {
  return {
    verdict: 'download broken off',
    code: null,
    reason: `${name} did not arrive whole from ${server}${reason === null ? '' : `: ${reason}`}`,
    remedy: 'See the network between the machine and that host, and whether the machine was switched off meanwhile.',
  }
}

function ofSilence(files: readonly StoredBootEvent[]): Judgement {
  const roles = new Set(files.map(({ name }) => fileRole(name)))
  const minutes = callBackPatienceMilliseconds / 60_000
  const loaded =
    files.length === 0
      ? 'its script'
      : roles.has('kernel') && !roles.has('ramdisk')
        ? 'its kernel, and did not ask for a ramdisk'
        : 'its files'
  return {
    verdict: 'booted, never called back',
    code: null,
    reason: `it fetched ${loaded}, and no agent has called within ${minutes} minutes`,
    remedy:
      "See the machine's console: whether the kernel starts, fits the architecture and has a driver for the NIC, and whether the agent gets an address and reaches the API at the URL in its kernel parameters.",
  }
}

/** Of an agent that has called and was turned away. */
function ofAgent(events: readonly StoredBootEvent[]): Judgement | undefined {
  const call = events.findLast(({ kind }) => kind === 'lookup' || kind === 'heartbeat' || kind === 'inspection')
  if (call === undefined) return undefined
  return {
    verdict: 'booted, never called back',
    code: call.code,
    reason: `its agent has called, and was turned away: ${call.reason ?? call.code ?? 'nothing says why'}`,
    remedy: call.code === null ? seeLog : remedyOf(call.code),
  }
}

function ofRootScript(files: readonly StoredBootEvent[], now: number): Judgement {
  const root = files.findLast(({ outcome }) => outcome === 'served')
  if (root !== undefined && now - root.at <= kernelPatienceMilliseconds) return plain('under way')
  const failed = files.at(-1)
  if (root === undefined && failed !== undefined) return ofMissing(failed)
  return {
    verdict: 'own script never asked for',
    code: null,
    reason: `it fetched ${root?.name ?? 'a file'} from ${root?.server ?? 'a conductor'}, and asked no API for a script of its own`,
    remedy:
      "See on the machine's console whether it reaches the API at the URL in that script: [pxe]ipxe_config_api_root_url, the network, a firewall.",
  }
}
