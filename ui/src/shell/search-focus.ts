import { go, href, route } from '../route.ts'

let wanted = false

/** Puts the cursor into the search of the fleet, from whatever page. */
export function searchFleet(): void {
  const input = document.getElementById('fleet-search')
  if (input !== null) input.focus()
  else if (route.value.page !== 'fleet') {
    wanted = true
    go(href('fleet'))
  }
}

/** For the search itself, once it is there. */
export function focusIfWanted(input: HTMLInputElement | null): void {
  if (!wanted || input === null) return
  wanted = false
  input.focus()
}
