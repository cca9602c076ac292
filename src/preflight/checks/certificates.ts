import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
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
      const { subject, validTo } = new X509Certificate(block)
      return runsOut(`${option}: the certificate of ${oneLine(subject)}`, validTo, world).map((report) => ({
        ...report,
        file: path,
      }))
    } catch (error) {
      const message = `${option} holds what is no certificate: ${(error as Error).message}`
      return [{ severity: 'error', file: path, message, remedy: 'Put a certificate (PEM) there.' }]
    }
  })
}

/** Whom firmware trusts is its own affair: only what nobody would take is a fault. */
async function ofServer(origin: string, world: World): Promise<Report[]> {
  const { hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  const certificate = await peerCertificate(host, port === '' ? 443 : Number(port))
  // That it does not answer is found by the check of URLs.
  return certificate === undefined ? [] : runsOut(`the certificate of ${origin}`, certificate.valid_to, world)
}

async function peerCertificate(host: string, port: number): Promise<PeerCertificate | undefined> {
  const { promise, resolve } = Promise.withResolvers<PeerCertificate | undefined>()
  const socket: TLSSocket = connect({
    host,
    port,
    // Addresses have none.
    servername: isIP(host) === 0 ? host : '',
    rejectUnauthorized: false,
  })
  socket.setTimeout(connectMilliseconds, () => resolve(undefined))
  socket.once('error', () => resolve(undefined))
  socket.once('secureConnect', () => resolve(socket.getPeerCertificate()))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}

function runsOut(whose: string, validTo: string, world: World): Report[] {
  const until = new Date(validTo)
  const days = Math.floor((until.getTime() - world.now().getTime()) / dayMilliseconds)
  if (Number.isNaN(days) || days >= warnDays) return []
  const date = until.toISOString().slice(0, 10)
  return [
    {
      severity: days < 0 ? 'error' : 'warning',
      message: days < 0 ? `${whose} has run out on ${date}` : `${whose} runs out on ${date}, in ${days} days`,
      remedy: 'Renew it.',
    },
  ]
}

const oneLine = (text: string): string => text.split('\n').join(', ')
