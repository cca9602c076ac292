import stringWidth from 'string-width'

const graphemes = new Intl.Segmenter()

/** How many columns of a terminal a text takes: wide characters two, combining ones none. */
export function textWidth(text: string): number {
  return stringWidth(text)
}

/** The text, cut to so many columns; what was cut shows as `…`. Characters stay whole. */
export function cutToWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  let kept = ''
  let width = 0
  for (const { segment } of graphemes.segment(text)) {
    width += textWidth(segment)
    if (width > columns - 1) break
    kept += segment
  }
  return columns > 0 ? `${kept}…` : ''
}

/** Blanks that fill a text up to so many columns. */
export function padding(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - textWidth(text)))
}
