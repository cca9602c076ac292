const maxLength = 60

/** A part of a file, for a message: in quotes, on one line, and not for pages. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > maxLength ? `${text.slice(0, maxLength)}…` : text)
