import type { Scenario } from '../scenario.ts'

export const databaseRestart: Scenario = {
  name: 'database-restart',
  title: 'The database restarted',
  description: 'The database server cuts off its clients, ends, and is started again at once.',
  async act({ note, real, site, until }) {
    real.powerOn(1)
    await until(0.4)
    note('the database is stopped')
    await site.database.stop()
    real.powerOn(2)
    await site.database.start()
    note('the database is back')
  },
}
