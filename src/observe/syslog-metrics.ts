import type { Registry } from 'prom-client'
import { counterBy } from './fixed-counter.ts'
import type { LabelledCount } from './labelled-count.ts'

/** What became of the datagrams of syslog that have come. */
export function syslogCounter(registry: Registry): LabelledCount {
  return counterBy(registry, {
    name: 'bootring_syslog_datagrams_total',
    help: 'Datagrams of syslog that have come, by result (kept; dropped: address, too many from one; all, too many; strangers, from where nothing has booted; empty).',
    label: 'result',
    values: ['kept', 'address', 'all', 'strangers', 'empty'],
  })
}
