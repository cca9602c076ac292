import { about, type Check } from '../check.ts'
import type { Report } from '../finding.ts'
import { architectureNamed, runs } from '../images/image-kind.ts'
import type { Probe } from '../url-prober.ts'
import { knownUrls, type NodeUrl, shownUrl } from './urls.ts'

type Problem = Pick<Report, 'severity' | 'message' | 'remedy'>

export const images: Check = {
  name: 'images',
  title: "Kernels and initrds are what they say, and kernels fit the node's architecture.",
  begin: (world) => ({
    async node(facts) {
      const { node } = facts
      const reports: Report[] = []
      for (const url of knownUrls(facts, world)) {
        const probe = await world.probe(url.url)
        const problem = url.role === 'kernel' ? kernel(url, probe, node.properties.cpu_arch) : initrd(url, probe)
        if (problem !== undefined) reports.push({ ...about(node), ...url.place, ...problem })
      }
      return reports
    },
  }),
}

function kernel({ commandLine, url }: NodeUrl, probe: Probe, named: unknown): Problem | undefined {
  const kind = kindOf(probe)
  if (kind === undefined || kind.is === 'empty') return undefined
  const shown = shownUrl(url)
  if (kind.is !== 'kernel')
    return {
      severity: kind.is === 'unknown' ? 'warning' : 'error',
      message: `${shown} is to be a kernel, and is ${kind.title}`,
      remedy: kind.is === 'archive' ? 'Name the kernel; firmware unpacks none.' : 'Name the kernel.',
    }
  const machine = architectureNamed(named)
  if (machine !== undefined && kind.architecture !== undefined && !runs(machine, kind.architecture))
    return {
      severity: 'error',
      message: `${shown} is a kernel for ${kind.architecture}, and the node's properties.cpu_arch is ${named}`,
      remedy:
        'Name images of that architecture, by driver_info or [conductor]deploy_kernel_by_arch, or correct properties.cpu_arch.',
    }
  const most = kind.commandLineBytes
  if (most !== undefined && most > 0 && Buffer.byteLength(commandLine) > most)
    return {
      severity: 'error',
      message: `${shown} takes ${most} bytes of command line, and gets ${Buffer.byteLength(commandLine)}: the rest is cut off`,
      remedy: 'Shorten kernel_append_params.',
    }
  return undefined
}

function initrd({ role, url }: NodeUrl, probe: Probe): Problem | undefined {
  const kind = kindOf(probe)
  if (role !== 'initrd' || kind === undefined || kind.is === 'archive' || kind.is === 'empty') return undefined
  return {
    severity: kind.is === 'unknown' ? 'warning' : 'error',
    message: `${shownUrl(url)} is to be an initrd, and is ${kind.title}`,
    remedy: 'Name the initrd: a cpio archive, as it is or packed.',
  }
}

/** Of what is there: the rest is found by the check of URLs. */
const kindOf = (probe: Probe) =>
  probe.outcome === 'answered' && (probe.status === 200 || probe.status === 206) ? probe.kind : undefined
