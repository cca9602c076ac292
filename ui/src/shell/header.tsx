import type { Overview } from '../api/answers.ts'
import { nextTheme, theme } from '../preferences.ts'
import { href } from '../route.ts'
import { useStore } from '../store.ts'
import { Shortcuts } from './shortcuts.tsx'

const pages: readonly [page: string, name: string][] = [
  ['fleet', 'Fleet'],
  ['boots', 'Boots'],
  ['ring', 'Ring'],
  ['figures', 'Figures'],
]

const themeNames = { auto: 'as the system', light: 'light', dark: 'dark' }
const themeShapes = {
  auto: 'M8 2.5v11A5.5 5.5 0 0 0 8 2.5ZM8 2.5a5.5 5.5 0 0 0 0 11',
  light: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  dark: 'M13 9.5A5.5 5.5 0 1 1 6.5 3 4.5 4.5 0 0 0 13 9.5Z',
}

export function Header({ page, overview }: { page: string; overview: Overview | undefined }) {
  const shownTheme = useStore(theme)
  const current = page === 'nodes' ? 'fleet' : page
  return (
    <header class="top">
      <a class="brand" href={href('fleet')}>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path class="brand-1" d="M16 4a12 12 0 0 1 10.4 6" />
          <path class="brand-2" d="M28 16A12 12 0 0 1 9 25.7" />
          <path class="brand-3" d="M5.6 22A12 12 0 0 1 11 5.1" />
        </svg>
        bootring
      </a>
      <nav aria-label="Pages">
        <ul>
          {pages.map(([id, name]) => (
            <li key={id}>
              <a href={href(id)} aria-current={id === current ? 'page' : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <p class="where">
        {overview !== undefined && (
          <>
            {overview.server}{' '}
            <span class="muted">
              · {overview.mode} · {overview.version}
            </span>
          </>
        )}
      </p>
      <div class="top-buttons">
        <button type="button" class="quiet" onClick={nextTheme} title={`Colours: ${themeNames[shownTheme]}`}>
          <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d={themeShapes[shownTheme]} />
          </svg>
          <span class="hidden">Colours: {themeNames[shownTheme]}. Change</span>
        </button>
        <Shortcuts />
      </div>
    </header>
  )
}
