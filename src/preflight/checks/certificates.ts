import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { Check } from '../check.ts'
import type { Report } from '../finding.ts'
import type { World } from '../world.ts'
import { knownUrls } from './urls.ts'

const warnDays = 30
const dayMilliseconds = 24 * 60 * 60 * 1000
const connectMilliseconds = 5_000

export const certificates: Check = {
  name: 'certificates',
  title: 'Certificates of https URLs in use, and those that the options name, are good for another 30 days.',
  begin(world) {
    const origins = new Set<string>()
    const see = (url: string) => {
      if (URL.canParse(url) && new URL(url).protocol === 'https:') origins.add(new URL(url).origin)
    }
    for (const url of [...world.apiRootUrls, world.rootScriptUrl]) see(url)
    return {
      node(facts) {
        for (const { url } of knownUrls(facts, world)) see(url)
        return []
      },
      async end() {
        const files = await Promise.all(world.certificateFiles.map((file) => ofFile(file, world)))
        const servers: Report[][] = []
        for (const origin of [...origins].sort()) servers.push(await ofServer(origin, world))
        return [...files, ...servers].flat()
      },
    }
  },
}

async function ofFile({ option, path }: { option: string; path: string }, world: World): Promise<Report[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    return [
      {
        severity: 'error',
        file: path,
        message: `${option} can't be read: ${(error as Error).message}`,
        remedy: 'Put the file there, and let this user read it.',
      },
    ]
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0)
    return [
      {
        severity: 'error',
        file: path,
        message: `${option} has no certificate in it`,
        remedy: 'Put a certificate (PEM) there.',
      },
    ]
  return blocks.flatMap((block): Report[] => {
    try {
      const { subject, validFrom, validTo } = new X509Certificate(block)
      return times(`${option}: the certificate of ${oneLine(subject)}`, validFrom, validTo, world).map((report) => ({
        ...report,
        file: path,
      }))
    } catch (error) {
      const message = `${option} holds what is no certificate: ${(error as Error).message}`
      return [{ severity: 'error', file: path, message, remedy: 'Put a certificate (PEM) there.' }]
    }
  })
}

/** Whom firmware trusts is its own affair: only what nobody would take is a fault, and what this host does not trust is good to know. */
async function ofServer(origin: string, world: World): Promise<Report[]> {
  const { hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  const shown = await shownBy(host, port === '' ? 443 : Number(port))
  // That it does not answer is found by the check of URLs.
  if (shown === undefined) return []
  const { certificate, distrust } = shown
  const whose = `the certificate of ${origin}`
  const reports = times(whose, certificate.valid_from, certificate.valid_to, world)
  const names = checkServerIdentity(host, certificate)
  if (names !== undefined)
    reports.push({
      severity: 'error',
      message: `${whose} is for others: ${certificate.subjectaltname ?? certificate.subject.CN ?? 'it has no name'}`,
      remedy: `Make it for ${host}, or name the server as its certificate does.`,
    })
  if (reports.length === 0 && distrust !== undefined)
    reports.push({
      severity: 'info',
      message: `this host does not trust ${whose}: ${distrust}`,
      remedy:
        'Conductors fetch images only from servers that their host trusts; iPXE trusts what it was built with (TRUST=).',
    })
  return reports
}

/** What a server shows, and why this host would not take it. */
async function shownBy(
  host: string,
  port: number,
): Promise<{ certificate: PeerCertificate; distrust: string | undefined } | undefined> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket: TLSSocket = connect({
    host,
    port,
    // Addresses have none.
    servername: isIP(host) === 0 ? host : '',
    rejectUnauthorized: false,
  })
  socket.setTimeout(connectMilliseconds, () => resolve(false))
  socket.once('error', () => resolve(false))
  socket.once('secureConnect', () => resolve(true))
  try {
    if (!(await promise)) return undefined
    const distrust = socket.authorized ? undefined : socket.authorizationError
    return { certificate: socket.getPeerCertificate(), distrust: distrust && String(distrust) }
  } finally {
    socket.destroy()
  }
}

/** Whether it is good now, and will be for a while. */
function times(whose: string, validFrom: string, validTo: string, world: World): Report[] {
  const from = new Date(validFrom)
  if (from > world.now())
    return [
      {
        severity: 'error',
        message: `${whose} is good from ${isoDate(from)} on only`,
        remedy: "See which of the two clocks is wrong: this host's, or that of whoever made the certificate.",
      },
    ]
  const until = new Date(validTo)
  const days = Math.floor((until.getTime() - world.now().getTime()) / dayMilliseconds)
  if (Number.isNaN(days) || days >= warnDays) return []
  const date = isoDate(until)
  return [
    {
      severity: days < 0 ? 'error' : 'warning',
      message:
        days < 0
          ? `${whose} has run out on ${date}`
          : `${whose} runs out on ${date}, in ${days} day${days === 1 ? '' : 's'}`,
      remedy: 'Renew it.',
    },
  ]
}

const isoDate = (date: Date): string => date.toISOString().slice(0, 10)

const oneLine = (text: string): string => text.split('\n').join(', ')
