import { expect, it } from 'vitest'
import { eachDatabase } from '../../support/databases.ts'

const all = ['0001-conductors', '0002-nodes', '0003-ports']

eachDatabase((engine) => {
  it('is brought up to date once', async () => {
    const database = await engine.open(await engine.emptyUrl())
    await database.ping()
    await expect(database.checkSchema()).rejects.toMatchObject({ code: 'SchemaOutdated' })
    expect(await database.upgrade()).toEqual(all)
    await database.checkSchema()
    expect(await database.upgrade()).toEqual([])
  })

  it('is brought up to date by several hosts at once', async () => {
    const url = await engine.emptyUrl()
    const hosts = await Promise.all(Array.from({ length: 4 }, () => engine.open(url)))
    const applied = await Promise.all(hosts.map((host) => host.upgrade()))
    expect(applied.flat().sort()).toEqual(all)
    await Promise.all(hosts.map((host) => host.checkSchema()))
  })

  it('says that tables are missing, rather than that nothing matched', async () => {
    const database = await engine.open(await engine.emptyUrl())
    await expect(database.conductors.conductors(60)).rejects.toMatchObject({ code: 'SchemaOutdated' })
  })
})
