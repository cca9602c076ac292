import { BootringError } from '../model/errors.ts'
import { printableLines } from '../model/printable.ts'

const listenReasons: Readonly<Record<string, string>> = {
  EACCES: 'Only root may listen on a port below 1024.',
  EADDRINUSE: 'Another process has the port: ss -lntp says which.',
  EADDRNOTAVAIL: 'The address is not of this host.',
}

const listenOptions =
  'Options that say where to listen: [api]host_ip and port, [json_rpc]host_ip and port, the port of [deploy]http_url, [bootring]admin_ip, admin_port, conductor_admin_port, and attached api_ip, api_port, rpc_port.'

/** Says what went wrong and what to do about it, on stderr; a stack only for what no code expected. */
export function reportFailure(error: unknown): void {
  if (error instanceof BootringError) {
    process.stderr.write(`bootring: ${printableLines(error.message)}\n`)
    if (!error.message.includes('\n')) process.stderr.write(`${error.kind.remedy}\n`)
    return
  }
  if (isListenFailure(error)) {
    process.stderr.write(`bootring: can't listen on ${error.address}:${error.port}: ${error.code}\n`)
    process.stderr.write(`${listenReasons[error.code ?? ''] ?? 'The system refuses it.'} ${listenOptions}\n`)
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
