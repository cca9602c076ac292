/** A ring for people: `rack-5:ipmi` as it is, `:ipmi`, which is of no conductor group, without its colon. */
export function ringLabel(name: string): string {
  return name.replace(/^:/, '')
}
