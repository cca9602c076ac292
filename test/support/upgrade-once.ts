// Run as a process of its own: brings the database at the given URL up to date and prints what it applied, as JSON.
import { openDatabase } from '../../src/db/open-database.ts'

const database = await openDatabase(process.argv[2] ?? '', { maxPoolSize: 2, poolTimeoutSeconds: 20 })
const applied = await database.upgrade()
await database.close()
process.stdout.write(JSON.stringify(applied))
