import type { Check } from '../check.ts'
import type { Report } from '../finding.ts'
import type { World } from '../world.ts'

/** Clocks are read to the second, and answers take their time: less than this is no difference. */
const toleratedSeconds = 5

export const clocks: Check = {
  name: 'clocks',
  title: 'The clocks of the database, of the conductors and of this host agree.',
  begin: (world) => ({
    async end() {
      const reports: Report[] = []
      const database = apart(world, await world.databaseTime())
      if (database !== undefined) reports.push(report(world, database, "the database's clock", {}))
      const conductors = (await world.conductors()).filter(({ alive }) => alive)
      for (const { hostname } of conductors) reports.push(...(await conductor(world, hostname)))
      return reports
    },
  }),
}

async function conductor(world: World, hostname: string): Promise<Report[]> {
  const url = world.conductorUrl(hostname)
  if (url === undefined) return []
  const probe = await world.probe(url)
  if (probe.outcome === 'failed')
    return [
      {
        conductor: hostname,
        severity: 'error',
        message: `does not answer at ${url}: ${probe.message}`,
        remedy:
          'See why it does not answer from here: process, address (or [bootring]conductor_addresses), firewall, [json_rpc] settings.',
      },
    ]
  const seconds = probe.date === undefined ? undefined : apart(world, probe.date)
  return seconds === undefined ? [] : [report(world, seconds, "the conductor's clock", { conductor: hostname })]
}

/** By how many seconds the other clock, which was just read, is ahead of this host's; undefined where they agree. */
function apart(world: World, there: Date): number | undefined {
  const seconds = Math.round((there.getTime() - world.now().getTime()) / 1000)
  return Math.abs(seconds) > toleratedSeconds ? seconds : undefined
}

function report(world: World, seconds: number, whose: string, subject: Pick<Report, 'conductor'>): Report {
  const much = Math.abs(seconds) >= world.heartbeatTimeoutSeconds / 2
  return {
    ...subject,
    severity: much ? 'error' : 'warning',
    message: `${whose} is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} this host's`,
    remedy: 'Set the clocks by NTP: heartbeats are judged by them, and logs are put in order by them.',
  }
}
