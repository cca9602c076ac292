import { useEffect, useRef } from 'preact/hooks'
import { setShortcuts, shortcutsOn } from '../preferences.ts'
import { go, href } from '../route.ts'
import { useStore } from '../store.ts'
import { searchFleet } from './search-focus.ts'

const keys: readonly [key: string, what: string, run: () => void][] = [
  ['/', 'Search the fleet', searchFleet],
  ['1', 'Fleet', () => go(href('fleet'))],
  ['2', 'Boots', () => go(href('boots'))],
  ['3', 'Ring', () => go(href('ring'))],
  ['4', 'Figures', () => go(href('figures'))],
]

/** The button that tells of the keys, which also does what they say. */
export function Shortcuts() {
  const on = useStore(shortcutsOn)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (!on) return
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return
      if (dialog.current?.open) return
      if (event.key === '?') dialog.current?.showModal()
      const key = keys.find(([name]) => name === event.key)
      if (key === undefined) return
      event.preventDefault()
      key[2]()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [on])
  return (
    <>
      <button type="button" class="quiet" onClick={() => dialog.current?.showModal()} title="Keyboard">
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M1.5 4h13v8.5h-13ZM4 6.8h0.01M6.7 6.8h0.01M9.4 6.8h0.01M12 6.8h0.01M5 9.8h6" />
        </svg>
        <span class="hidden">Keyboard shortcuts</span>
      </button>
      <dialog ref={dialog} aria-labelledby="shortcuts-title">
        <h2 id="shortcuts-title">Keyboard</h2>
        <dl class="keys">
          {keys.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
          <div>
            <dt>
              <kbd>?</kbd>
            </dt>
            <dd>This list</dd>
          </div>
        </dl>
        <label class="check">
          <input type="checkbox" checked={on} onChange={(event) => setShortcuts(event.currentTarget.checked)} />
          Single keys do these things
        </label>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </dialog>
    </>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea')
}
