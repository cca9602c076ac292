const turn = 2 * Math.PI

/** Whole numbers and tenths are enough, and keep the page small. */
function round(value: number): string {
  return (Math.round(value * 10) / 10).toString()
}

function point(radius: number, at: number): string {
  return `${round(radius * Math.sin(at * turn))} ${round(-radius * Math.cos(at * turn))}`
}

/** A piece of a band round the origin. Positions are fractions of the circle, clockwise from the top. */
export function bandPath(inner: number, outer: number, from: number, to: number): string {
  // From its end over the top to its beginning.
  const span = to > from ? to - from : to - from + 1
  // An arc can't end where it begins.
  if (span > 0.99) {
    const middle = from + span / 2
    return bandPath(inner, outer, from, middle) + bandPath(inner, outer, middle, from + span)
  }
  const end = from + span
  const large = span > 0.5 ? 1 : 0
  return [
    `M${point(outer, from)}`,
    `A${outer} ${outer} 0 ${large} 1 ${point(outer, end)}`,
    `L${point(inner, end)}`,
    `A${inner} ${inner} 0 ${large} 0 ${point(inner, from)}Z`,
  ].join('')
}

/** A dot, where lines have round ends. */
export function dotPath(radius: number, at: number): string {
  return `M${point(radius, at)}h0.01`
}

/** The position of a place, and its distance from the origin. */
export function polar(x: number, y: number): { at: number; radius: number } {
  return { at: (Math.atan2(x, -y) / turn + 1) % 1, radius: Math.hypot(x, y) }
}

/** How far two positions are from each other, at most a half. */
export function gap(a: number, b: number): number {
  const difference = Math.abs(a - b)
  return Math.min(difference, 1 - difference)
}

/** `{from, to}` of each share, one after the other from the top. */
export function inARow(shares: readonly number[]): { from: number; to: number }[] {
  let at = 0
  return shares.map((share) => {
    const from = at
    at += share
    return { from, to: at }
  })
}
