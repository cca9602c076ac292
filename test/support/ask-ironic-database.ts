// Run as a process of its own, and as another user: looks one MAC up in the database of an Ironic, and prints what comes of it.
import { openIronicDatabase } from '../../src/db/open-ironic-database.ts'
import type { MacAddress } from '../../src/model/mac.ts'

const [url = '', address = ''] = process.argv.slice(2)
try {
  const database = await openIronicDatabase(url, { maxPoolSize: 2, poolTimeoutSeconds: 5 })
  process.stdout.write(JSON.stringify(await database.nodes.bootTarget(address as MacAddress)))
  await database.close()
} catch (error) {
  process.stdout.write(String(error))
}
