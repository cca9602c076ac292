import type { Logger } from '../../observe/logger.ts'
import type { Metrics } from '../../observe/metrics.ts'
import { syslogCounter } from '../../observe/syslog-metrics.ts'
import { MachinesByAddress } from '../../syslog/machines-by-address.ts'
import { startSyslog } from '../../syslog/syslog-receiver.ts'
import type { Installation } from '../installation.ts'
import type { BootEvents } from './start-boot-events.ts'

export interface SyslogSetting {
  installation: Installation
  /** Absent: none are kept. */
  events: BootEvents | undefined
  metrics: Pick<Metrics, 'registry'>
  log: Logger
}

/**
 * Receives syslog where the options say so, until the cleanup. Workers of one API share the port: each datagram goes to one of them.
 * Rejects with the system's error where it can't listen.
 */
export async function startSyslogReceiver(
  { events, installation, log, metrics }: SyslogSetting,
  cleanup: Pick<AsyncDisposableStack, 'defer'>,
): Promise<void> {
  const { host, port } = installation.syslog
  if (port === 0) return
  if (events === undefined) {
    log.warn({ option: '[bootring]syslog_port' }, 'no syslog is received, as [bootring]boot_events keeps none')
    return
  }
  const counts = syslogCounter(metrics.registry)
  const receiver = await startSyslog({
    host,
    port,
    machines: new MachinesByAddress(events.reader),
    events: events.sink,
    server: installation.host,
    onLine: (result) => counts.add(result),
    logger: log,
  })
  cleanup.defer(() => receiver.close())
  log.info({ ...receiver.address }, 'syslog is received')
}
