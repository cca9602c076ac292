import { registerHooks } from 'node:module'

/*
 * To be given to Node by --import: says on standard error what is loaded of OpenTelemetry, but for its API, which is nearly
 * empty: prom-client loads it in any case.
 */
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    if (/\/@opentelemetry\/(?!api\/)/.test(resolved.url) && specifier.startsWith('@'))
      process.stderr.write(`loads ${specifier}\n`)
    return resolved
  },
})
