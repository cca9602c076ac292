import { BootringError } from '../model/errors.ts'
import { printableLines } from '../model/printable.ts'

/** Says what went wrong and what to do about it, on stderr; a stack only for what no code expected. */
export function reportFailure(error: unknown): void {
  if (error instanceof BootringError) {
    process.stderr.write(`bootring: ${printableLines(error.message)}\n`)
    if (!error.message.includes('\n')) process.stderr.write(`${error.kind.remedy}\n`)
    return
  }
  if (isListenFailure(error)) {
    process.stderr.write(`bootring: can't listen on ${error.address}:${error.port}: ${error.code}\n`)
    process.stderr.write('Another process may have the port, or the address is not of this host.\n')
    return
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`bootring: ${printableLines(text)}\n`)
}

/** 3 where the process must not be started again by itself, as it would only take its name back: units know that. */
export function exitCodeOf(error: unknown): number {
  return error instanceof BootringError && error.code === 'ConductorReplaced' ? 3 : 1
}

function isListenFailure(error: unknown): error is NodeJS.ErrnoException & { address: string; port: number } {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen' && 'port' in error
}
