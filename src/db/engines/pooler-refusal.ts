const refusal = /unsupported startup parameter/

/**
 * PgBouncer refuses connections with settings that it does not know. An error that says so gets what to do about it;
 * any other one stays as it is.
 */
export function withPoolerAdvice(error: unknown): unknown {
  if (!(error instanceof Error && refusal.test(error.message))) return error
  const explained = new Error(
    `${error.message}: a pooler refuses default_transaction_read_only, which keeps bootring from ever writing; ` +
      'have bootring connect to PostgreSQL itself, or, where its user has SELECT and nothing else, ' +
      'add options to ignore_startup_parameters of PgBouncer',
    { cause: error },
  )
  return 'code' in error ? Object.assign(explained, { code: error.code }) : explained
}
