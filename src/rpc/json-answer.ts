/** The body of an answer that is an error of HTTP's, as Ironic writes it. */
export function errorBody(code: number, message: string): string {
  return JSON.stringify({ error: { code, message } })
}

/** The header fields of a JSON answer: names and values in turn. */
export function jsonFields(text: string): string[] {
  return ['Content-Type', 'application/json; charset=UTF-8', 'Content-Length', String(Buffer.byteLength(text))]
}
