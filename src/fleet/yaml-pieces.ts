/** What looks like an anchor: an alias in another piece would not find it. */
const anchor = /[\s[{,:-]&[^\s,[\]{}]/

/** Below this many characters nothing is gained. */
const pieceLength = 64 * 1024

export interface YamlPiece {
  /** A YAML document of its own: `nodes:` and some of its entries. */
  text: string
  /** To be added to an offset in `text` for the offset in the whole file. */
  shift: number
}

/**
 * Cuts a long file in block style into pieces at the entries of `nodes`, since the library's memory for a whole document is fifty
 * times its length. None when the file is short or looks otherwise. A cut can fall into a text of several lines:
 * when any piece does not parse as `nodes` alone, the whole file has to be parsed instead.
 */
export function yamlPieces(text: string): YamlPiece[] {
  if (text.length < 2 * pieceLength || anchor.test(text)) return []
  const head = /^(?:(?:#.*|---)?\r?\n)*nodes:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*( *)- /.exec(text)
  if (head === null) return []
  const entry = `\n${head[1]}- `
  const pieces: YamlPiece[] = []
  const prefix = 'nodes:'
  let start = text.indexOf(entry)
  while (start !== -1) {
    const end = text.indexOf(entry, start + pieceLength)
    pieces.push({ text: prefix + text.slice(start, end === -1 ? undefined : end), shift: start - prefix.length })
    start = end
  }
  return pieces
}
