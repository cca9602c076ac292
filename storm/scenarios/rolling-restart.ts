import type { Scenario } from '../scenario.ts'

export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  title: 'A rolling restart of everything',
  description: 'Each conductor, then each API, is told to stop (SIGTERM) and started again, one after the other.',
  async act({ check, note, real, site, until }) {
    real.powerOn(1)
    await until(0.1)
    const codes: (number | null)[] = []
    for (const member of [...site.conductors, ...site.apis]) {
      note(`${member.name.replace('.lab.example', '')} is restarted`)
      codes.push(await member.stop())
      await member.start()
      real.powerOn(1)
    }
    note('all have been restarted')
    check(
      'exit codes of those that were told to stop',
      codes.join(', '),
      codes.every((code) => code === 0),
    )
  },
}
