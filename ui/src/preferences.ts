import { Store } from './store.ts'

export type Theme = 'auto' | 'light' | 'dark'

export const theme = new Store<Theme>(asTheme(read('theme')))
/** Single keys are in the way of some: speech input types them. */
export const shortcutsOn = new Store<boolean>(read('shortcuts') !== 'off')

theme.subscribe(showTheme)
showTheme(theme.value)

export function nextTheme(): void {
  const order: readonly Theme[] = ['auto', 'light', 'dark']
  const next = order[(order.indexOf(theme.value) + 1) % order.length] ?? 'auto'
  write('theme', next)
  theme.set(next)
}

export function setShortcuts(on: boolean): void {
  write('shortcuts', on ? 'on' : 'off')
  shortcutsOn.set(on)
}

function showTheme(value: Theme): void {
  document.documentElement.dataset.theme = value
}

function asTheme(text: string | null): Theme {
  return text === 'light' || text === 'dark' ? text : 'auto'
}

// A browser may forbid keeping anything.
function read(key: string): string | null {
  try {
    return localStorage.getItem(`bootring.${key}`)
  } catch {
    return null
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(`bootring.${key}`, value)
  } catch {}
}
