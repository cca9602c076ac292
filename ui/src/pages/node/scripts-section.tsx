import { useRef } from 'preact/hooks'
import type { Scripts } from '../../api/answers.ts'
import { useResource } from '../../api/use-resource.ts'
import { Loading } from '../../parts/empty.tsx'
import { Mark } from '../../parts/mark.tsx'
import { setQuery } from '../../route.ts'
import { ScriptText } from './script-text.tsx'

/** What the node would be served in each state, as tabs. */
export function ScriptsSection({
  path,
  current,
  chosen,
}: {
  path: string
  current: string
  chosen: string | undefined
}) {
  const { data, failure } = useResource<Scripts>(path, 30, current)
  const tabs = useRef<HTMLDivElement>(null)
  const scripts = data?.scripts ?? []
  const key = ({ state, name }: Scripts['scripts'][number]) => `${state} ${name}`
  const shown =
    scripts.find((script) => key(script) === chosen) ?? scripts.find(({ state }) => state === current) ?? scripts[0]
  const step = (by: number) => {
    const at = shown === undefined ? 0 : scripts.indexOf(shown)
    const index = (at + by + scripts.length) % scripts.length
    const next = scripts[index]
    if (next === undefined) return
    setQuery({ script: key(next) })
    tabs.current?.querySelectorAll<HTMLElement>('[role=tab]')[index]?.focus()
  }
  const severalNames = new Set(scripts.map(({ name }) => name)).size > 1
  return (
    <section class="panel" aria-labelledby="scripts-title">
      <div class="panel-head">
        <h2 id="scripts-title">Its script in each state</h2>
      </div>
      {data === undefined && <Loading failure={failure} />}
      {data !== undefined && shown === undefined && <p class="muted">Nothing is rendered for it.</p>}
      {shown !== undefined && (
        <>
          <div
            class="tabs"
            role="tablist"
            aria-labelledby="scripts-title"
            ref={tabs}
            onKeyDown={({ key: pressed }) => {
              if (pressed === 'ArrowRight') step(1)
              if (pressed === 'ArrowLeft') step(-1)
            }}
          >
            {scripts.map((script) => (
              <button
                key={key(script)}
                type="button"
                role="tab"
                id={`tab-${key(script)}`.replaceAll(' ', '-')}
                aria-selected={script === shown}
                aria-controls="script-panel"
                tabIndex={script === shown ? 0 : -1}
                onClick={() => setQuery({ script: key(script) })}
              >
                {script.error !== null && <Mark tone="bad" />}
                {script.state}
                {severalNames && <span class="muted"> {script.name}</span>}
                {script.state === current && <span class="tag">now</span>}
              </button>
            ))}
          </div>
          <div role="tabpanel" id="script-panel" aria-labelledby={`tab-${key(shown)}`.replaceAll(' ', '-')}>
            {shown.script === null ? (
              <div class="reason">
                <p>{shown.error ?? 'No script is served in this state.'}</p>
              </div>
            ) : (
              <ScriptText key={key(shown)} text={shown.script} name={shown.name} />
            )}
          </div>
        </>
      )}
    </section>
  )
}
