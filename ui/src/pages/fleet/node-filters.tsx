import type { NodeCounts, Overview } from '../../api/answers.ts'
import { count } from '../../format.ts'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { narrow, useMedia } from '../../parts/use-media.ts'
import { setQuery } from '../../route.ts'

type Query = Readonly<Record<string, string>>

const choices = ['owner', 'driver', 'boot_interface', 'unserved_minutes']

const spans: readonly Option[] = [
  ['60', 'none for 1 hour'],
  ['360', 'none for 6 hours'],
  ['1440', 'none for 24 hours'],
]

/** Value and text. */
type Option = readonly [value: string, text: string]

/** What nodes are told apart by besides their state. */
export function NodeFilters({
  query,
  overview,
  counts,
}: {
  query: Query
  overview: Overview | undefined
  counts: NodeCounts | undefined
}) {
  const conductors = overview?.conductors.map(({ hostname }): Option => [hostname, hostname]).sort() ?? []
  // Where all are alike there is nothing to choose from.
  const counted = (list: NodeCounts['drivers'] = []) =>
    list[0]?.nodes === overview?.nodes ? [] : list.map(({ name, nodes }): Option => [name, `${name} (${count(nodes)})`])
  const isNarrow = useMedia(narrow)
  const isChosen = choices.some((name) => query[name] !== undefined)
  return (
    <>
      <ul class="chips" aria-label="What needs a look">
        <FlagChip query={query} name="error" tone="bad" text="with an error" nodes={counts?.error} />
        <FlagChip query={query} name="maintenance" tone="warn" text="in maintenance" nodes={counts?.maintenance} />
      </ul>
      {/* On a phone they would push the nodes out of sight. */}
      <details class="choices" open={!isNarrow || isChosen}>
        <summary>More filters</summary>
        <div>
          <Choose query={query} name="owner" label="Conductor" options={conductors.length > 1 ? conductors : []} />
          <Choose query={query} name="driver" label="Driver" options={counted(counts?.drivers)} />
          <Choose
            query={query}
            name="boot_interface"
            label="Boot interface"
            options={counted(counts?.boot_interfaces)}
          />
          <Choose
            query={query}
            name="unserved_minutes"
            label="Last boot"
            hint="When a boot script was served to it"
            options={overview?.events.enabled ? spans : []}
          />
        </div>
      </details>
    </>
  )
}

interface FlagChipProps {
  query: Query
  name: string
  tone: Tone
  text: string
  nodes: number | undefined
}

function FlagChip({ query, name, tone, text, nodes }: FlagChipProps) {
  const isOn = query[name] === 'true'
  return (
    <li>
      <button
        type="button"
        class="chip"
        aria-pressed={isOn}
        onClick={() => setQuery({ [name]: isOn ? undefined : 'true' }, 'push')}
      >
        <Mark tone={nodes === 0 ? 'idle' : tone} />
        {text} {nodes !== undefined && <strong>{count(nodes)}</strong>}
      </button>
    </li>
  )
}

interface ChooseProps {
  query: Query
  name: string
  label: string
  hint?: string
  options: readonly Option[]
}

function Choose({ query, name, label, hint, options }: ChooseProps) {
  const chosen = query[name]
  if (options.length === 0 && chosen === undefined) return null
  const isKnown = chosen === undefined || options.some(([value]) => value === chosen)
  return (
    <label class="choose" title={hint}>
      {label}{' '}
      <select
        class={chosen === undefined ? undefined : 'chosen'}
        value={chosen ?? ''}
        onChange={({ currentTarget: { value } }) => setQuery({ [name]: value || undefined }, 'push')}
      >
        <option value="">any</option>
        {!isKnown && <option value={chosen}>{chosen}</option>}
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
