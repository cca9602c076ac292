import { useState } from 'preact/hooks'
import type { Boot } from '../../../../src/model/boots.ts'
import { counted, seconds, time, utc } from '../../format.ts'
import { Badge } from '../../parts/badge.tsx'
import { BootDetails } from '../../parts/boot-details.tsx'
import { narrow, useMedia } from '../../parts/use-media.ts'
import { verdictTone } from '../../parts/verdict-tone.ts'
import { href } from '../../route.ts'

/** Boots as a table; each opens to its steps. */
export function BootList({ boots }: { boots: readonly Boot[] }) {
  // One more than there are would squeeze those that are.
  const columns = useMedia(narrow) ? 3 : 5
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const toggle = (id: number) => {
    const next = new Set(open)
    if (!next.delete(id)) next.add(id)
    setOpen(next)
  }
  return (
    <table class="boots">
      <caption class="hidden">Boots, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Begun</th>
          <th scope="col">Machine</th>
          <th scope="col">Verdict</th>
          <th scope="col" class="wide">
            Why, or how far
          </th>
          <th scope="col" class="wide number">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {boots.map((boot) => (
          <BootRow
            key={boot.id}
            boot={boot}
            columns={columns}
            open={open.has(boot.id)}
            onToggle={() => toggle(boot.id)}
          />
        ))}
      </tbody>
    </table>
  )
}

interface BootRowProps {
  boot: Boot
  columns: number
  open: boolean
  onToggle(): void
}

function BootRow({ boot, columns, open, onToggle }: BootRowProps) {
  // Which node it is stands before it, shorter.
  const why = boot.reason?.replace(`node ${boot.node_uuid}`, 'it') ?? boot.steps.at(-1)?.what
  const machine = boot.node_name ?? boot.mac ?? boot.client ?? 'unknown'
  return (
    <>
      <tr class="row">
        <td>
          <button
            type="button"
            class="opener"
            aria-expanded={open}
            aria-label={`Steps of the boot of ${machine}, begun at ${time(boot.begun_at)}`}
            onClick={onToggle}
          >
            <svg class="chevron" viewBox="0 0 12 12" aria-hidden="true">
              <path d="M4 2.5 8 6 4 9.5" />
            </svg>
            <time dateTime={new Date(boot.begun_at).toISOString()} title={utc(boot.begun_at)}>
              {time(boot.begun_at)}
            </time>
          </button>
        </td>
        <th scope="row">
          {boot.node_uuid === null ? (
            <span class="mono">{machine}</span>
          ) : (
            <a href={href('nodes', boot.node_uuid)}>{machine}</a>
          )}
          {boot.mac !== null && boot.mac !== machine && <span class="mono muted wide beside"> {boot.mac}</span>}
        </th>
        <td>
          <Badge tone={verdictTone(boot.verdict)} text={boot.verdict} />
          {boot.notes.length > 0 && (
            <span class="muted note-count" title={boot.notes.map(({ note }) => note).join('\n')}>
              {' '}
              + {counted(boot.notes.length, 'remark')}
            </span>
          )}
        </td>
        <td class="wide muted clipped" title={why}>
          {why}
        </td>
        <td class="wide number">{boot.steps.length > 1 && seconds((boot.last_at - boot.begun_at) / 1000)}</td>
      </tr>
      {open && (
        <tr class="opened">
          <td colSpan={columns}>
            <BootDetails boot={boot} />
          </td>
        </tr>
      )}
    </>
  )
}
