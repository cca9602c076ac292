import type { Scenario } from '../scenario.ts'

export const databaseGone: Scenario = {
  name: 'database-gone',
  title: 'The database away for half the time',
  description:
    'The database server is stopped, refuses connections for 30 seconds of the minute, and is started again. Machines wait, and then boot.',
  async act({ note, real, site, until }) {
    real.powerOn(1)
    await until(0.25)
    note('the database is stopped')
    await site.database.stop()
    real.powerOn(2)
    await until(0.75)
    await site.database.start()
    note('the database is back')
  },
}
