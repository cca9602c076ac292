/** As many hues as can be told apart; further conductors take them again in another lightness. */
const hues = [250, 60, 155, 310, 95, 200, 20, 280]

/** A colour for each conductor, that it keeps while others come and go beside it in the list. */
export function conductorColours(hostnames: readonly string[]): Map<string, string> {
  return new Map(hostnames.toSorted().map((hostname, index) => [hostname, colour(index)]))
}

function colour(index: number): string {
  const hue = hues[index % hues.length]
  const round = Math.floor(index / hues.length) % 3
  const chroma = [0.13, 0.09, 0.15][round]
  return `oklch(calc(var(--ring-lightness) + ${[0, 0.12, -0.1][round]}) ${chroma} ${hue})`
}
