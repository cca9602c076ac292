import { StatementSync } from 'node:sqlite'
import { PoolConnection } from 'mysql2'
import pg from 'pg'
import { vi } from 'vitest'

/** One statement, as the driver of its engine was given it. */
export interface DriverStatement {
  sql: string
  parameters: readonly unknown[]
}

/** Every statement that any driver of this process is given while `work` runs, in their order: transactions' own words as well. */
export async function statementsOf(work: () => Promise<unknown>): Promise<DriverStatement[]> {
  const onServers = [vi.spyOn(pg.Client.prototype, 'query'), vi.spyOn(PoolConnection.prototype, 'query')]
  const onFiles = [vi.spyOn(StatementSync.prototype, 'all'), vi.spyOn(StatementSync.prototype, 'run')]
  try {
    await work()
    const seen = [
      ...onServers.flatMap(({ mock }) => mock.calls.map((call, at) => [mock.invocationCallOrder[at], asked(call)])),
      ...onFiles.flatMap(({ mock }) =>
        mock.calls.map((parameters, at) => [mock.invocationCallOrder[at], prepared(mock.contexts[at], parameters)]),
      ),
    ] as [number, DriverStatement][]
    return seen.sort(([a], [b]) => a - b).map(([, statement]) => statement)
  } finally {
    for (const spy of [...onServers, ...onFiles]) spy.mockRestore()
  }
}

/** What a server's driver is given: a text and its values, or an object of both. */
function asked([query, values]: readonly unknown[]): DriverStatement {
  const { text, values: own } = Object(query) as { text?: unknown; values?: unknown }
  const parameters = own ?? values
  return { sql: String(text ?? query), parameters: Array.isArray(parameters) ? parameters : [] }
}

function prepared(statement: unknown, parameters: readonly unknown[]): DriverStatement {
  return { sql: statement instanceof StatementSync ? statement.sourceSQL : '', parameters }
}
