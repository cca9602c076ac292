import type { DhcpBootFile, DhcpConfiguration } from '../../dhcp/parse/dhcp-configuration.ts'
import { readDhcpFile } from '../../dhcp/parse/read-dhcp-file.ts'
import { BootringError } from '../../model/errors.ts'
import type { Check } from '../check.ts'
import type { Report } from '../finding.ts'
import type { World } from '../world.ts'

export const dhcp: Check = {
  name: 'dhcp',
  title: 'DHCP sends iPXE to this installation, and other firmware to an iPXE first, without going round in circles.',
  begin: (world) => ({
    async end() {
      const reports: Report[] = []
      // One by one: thousands of hosts make more reports than a call may have arguments.
      for (const file of world.dhcpFiles)
        for (const report of await oneFile(readDhcpFile(file), file, world)) reports.push(report)
      return reports
    },
  }),
}

async function oneFile(configuration: DhcpConfiguration, file: string, world: World): Promise<Report[]> {
  const { bootFiles, notJudged, problems } = configuration
  const reports: Report[] = problems.map(({ file: where, line, message }) => ({
    severity: 'error',
    file: where,
    line,
    message: `can't be read: ${message}`,
    remedy: "Correct the file; the server's own check (dnsmasq --test, kea-dhcp4 -t, dhcpd -t) says more.",
  }))
  for (const { file: where, line, message } of notJudged)
    reports.push({
      severity: 'info',
      file: where,
      line,
      message: `not judged: ${message}`,
      remedy: 'See to it yourself that iPXE is sent to the root script, and is given no iPXE again.',
    })
  if (problems.length === 0 && bootFiles.length === 0 && notJudged.length === 0)
    return [
      {
        severity: 'error',
        file,
        message: 'tells no machine what to boot: there is no boot file in it',
        remedy: 'bootring dhcp dnsmasq, kea and isc print a configuration that does.',
      },
    ]
  const scripts = bootFiles.filter(isScript)
  // Thousands of hosts may name the same one.
  const verdicts = new Map<string, Promise<Report[]>>()
  for (const script of scripts) {
    const verdict = verdicts.get(script.value) ?? leadsHere(script.value, world)
    verdicts.set(script.value, verdict)
    for (const report of await verdict) reports.push({ ...report, file: script.file, line: script.line })
  }
  return reports.concat(chains(configuration, scripts))
}

const isBinary = ({ value }: DhcpBootFile): boolean =>
  /\.(?:kpxe|kkpxe|kkkpxe|pxe|efi|0|lkrn)$/i.test(withoutQuery(value))

/** What iPXE is given is a script, whatever it is called. */
const isScript = (one: DhcpBootFile): boolean =>
  !isBinary(one) &&
  (one.ipxe === 'only' || /\.ipxe$|\.php$/i.test(withoutQuery(one.value)) || /^https?:/i.test(one.value))

/** Whether machines are sent to this installation's root script, or to one that asks its APIs. */
async function leadsHere(value: string, world: World): Promise<Report[]> {
  const report = (severity: Report['severity'], message: string, remedy: string): Report[] => [
    { severity, message, remedy },
  ]
  if (!/^https?:/i.test(value))
    return report(
      'info',
      `${value} goes by TFTP: what is in it is not looked at`,
      `Send iPXE to ${world.rootScriptUrl} by HTTP.`,
    )
  if (value === world.rootScriptUrl) return []
  const mine = expected(world)
  if (mine === undefined) return []
  const text = await world.text(value)
  if (text === undefined)
    return report(
      'error',
      `${value} does not answer, and is not this installation's root script either, which is ${world.rootScriptUrl}`,
      `Send iPXE to ${world.rootScriptUrl}.`,
    )
  if (text.trim() === mine.trim() || world.apiRootUrls.some((root) => text.includes(`${root}/v1/boot/`))) return []
  return report(
    'error',
    `${value} is a script that asks none of this installation's APIs (${world.apiRootUrls.join(', ')})`,
    `Send iPXE to ${world.rootScriptUrl}, or put there what bootring root-script prints.`,
  )
}

function expected(world: World): string | undefined {
  try {
    return world.rootScript()
  } catch (error) {
    // It is found by the check of the root script.
    if (error instanceof BootringError) return undefined
    throw error
  }
}

/** Firmware → iPXE → script: each of them once. */
function chains({ bootFiles, notJudged, precedence }: DhcpConfiguration, scripts: readonly DhcpBootFile[]): Report[] {
  const reports: Report[] = []
  const forIpxe = bootFiles.findIndex(({ ipxe }) => ipxe === 'only')
  for (const [index, { file, ipxe, line, value }] of bootFiles.entries()) {
    if (!isBinary(bootFiles[index] as DhcpBootFile)) continue
    const counts = forIpxe === -1 || precedence === 'settled' || (precedence === 'first' && index < forIpxe)
    const again = ipxe === 'only' || (ipxe === 'either' && counts)
    if (!again) continue
    reports.push({
      severity: 'error',
      file,
      line,
      message: `machines that run iPXE are given ${value}, and load iPXE again for ever`,
      remedy:
        'Give it only to machines without option 175 and without the user class iPXE, and the script to those that have them.',
    })
  }
  const [script] = scripts
  if (script === undefined) {
    const [first] = bootFiles
    if (first !== undefined && reports.length === 0 && notJudged.length === 0)
      reports.push({
        severity: 'error',
        file: first.file,
        line: first.line,
        message: 'no machine is sent to a script of iPXE',
        remedy: 'Give machines with option 175 or the user class iPXE the URL of the root script.',
      })
  } else if (script.ipxe === 'either' && !bootFiles.some(isBinary)) {
    reports.push({
      severity: 'warning',
      file: script.file,
      line: script.line,
      message: 'all firmware is given the script, and such that is not iPXE can do nothing with it',
      remedy: 'Give firmware without option 175 and without the user class iPXE an iPXE to load first.',
    })
  }
  return reports
}

const withoutQuery = (value: string): string => value.split(/[?#]/)[0] ?? ''
