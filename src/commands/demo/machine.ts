import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { stripVTControlCharacters } from 'node:util'

export interface MachineReport {
  /** What the booted Linux posted; undefined when it never did within the time. */
  report: string | undefined
  /** From QEMU's start to the report. */
  seconds: number
}

interface MachineOptions {
  mac: string
  /** What DHCP gives as the boot file: the URL of the root script. */
  rootScriptUrl: string
  /** Port of 127.0.0.1 at which to wait for the report. */
  callbackPort: number
  timeoutSeconds: number
  onConsoleLine: (line: string) => void
}

/** Ends iPXE's two-second wait for a key at once. */
const promptForKey = 'for the iPXE command line...'

/** A line of a serial console without what moves the cursor: iPXE's and SeaBIOS's terminal codes, and blanks at the end. */
function visibleText(line: string): string {
  return stripVTControlCharacters(line)
    .replace(/^c(?=\S)/, '')
    .trimEnd()
}

/**
 * Starts a BIOS machine with iPXE in its network card under QEMU, on QEMU's own user network (no root needed), and
 * waits until the Linux that it boots has reported back.
 */
export async function bootMachine(options: MachineOptions): Promise<MachineReport> {
  const started = performance.now()
  const { promise: reported, resolve: report } = Promise.withResolvers<string | undefined>()
  const callback = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.end('ok\n', () => report(Buffer.concat(chunks).toString()))
    })
  }).listen(options.callbackPort, '127.0.0.1')
  const machine = spawn('qemu-system-x86_64', [
    ...['-machine', 'pc,graphics=off', '-accel', 'tcg', '-m', '256', '-nodefaults'],
    ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot', '-boot', 'reboot-timeout=0'],
    ...['-netdev', `user,id=n0,bootfile=${options.rootScriptUrl}`],
    ...['-device', `virtio-net-pci,netdev=n0,mac=${options.mac},bootindex=1`],
  ])
  machine.on('error', () => report(undefined))
  machine.on('close', () => report(undefined))
  let console = ''
  machine.stdout.setEncoding('latin1').on('data', (text: string) => {
    console += text
    if (console.includes(promptForKey)) machine.stdin.write(' ')
    const lines = console.split(/\r?\n/)
    console = lines.pop() ?? ''
    for (const line of lines.map(visibleText)) if (line !== '') options.onConsoleLine(line)
  })
  const timer = setTimeout(() => report(undefined), options.timeoutSeconds * 1000)
  const text = await reported
  const seconds = (performance.now() - started) / 1000
  clearTimeout(timer)
  if (machine.exitCode === null) machine.kill('SIGKILL')
  callback.closeAllConnections()
  callback.close()
  return { report: text, seconds }
}
