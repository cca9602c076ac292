import { useState } from 'preact/hooks'
import type { BootMinute } from '../../../../src/model/boot-events.ts'
import { count, milliseconds, time } from '../../format.ts'

/** The plots in figures; only minutes in which something was asked. */
export function FiguresTable({ minutes }: { minutes: readonly BootMinute[] }) {
  const [open, setOpen] = useState(false)
  return (
    <details class="panel figures-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <table class="small">
          <caption class="hidden">Boot requests by minute, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Minute</th>
              <th scope="col" class="number">
                Served
              </th>
              <th scope="col" class="number">
                Refused
              </th>
              <th scope="col" class="number">
                To wait
              </th>
              <th scope="col" class="number">
                p50
              </th>
              <th scope="col" class="number">
                p99
              </th>
              <th scope="col">Reasons</th>
            </tr>
          </thead>
          <tbody>
            {minutes
              .filter(({ served, refused, unavailable }) => served + refused + unavailable > 0)
              .toReversed()
              .map((minute) => (
                <tr key={minute.at}>
                  <th scope="row">{time(minute.at).slice(0, -3)}</th>
                  <td class="number">{count(minute.served)}</td>
                  <td class="number">{count(minute.refused)}</td>
                  <td class="number">{count(minute.unavailable)}</td>
                  <td class="number">{span(minute.p50_milliseconds)}</td>
                  <td class="number">{span(minute.p99_milliseconds)}</td>
                  <td>
                    {Object.entries(minute.reasons)
                      .map(([reason, number]) => `${reason} ${count(number)}`)
                      .join(', ')}
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      )}
    </details>
  )
}

function span(value: number | null): string {
  return value === null ? '' : milliseconds(value)
}
