import type { Boot } from '../../../src/model/boots.ts'

/** Why a boot went as it did, what to do about it, and what else is remarkable. Nothing where all is well. */
export function BootReason({ boot: { code, reason, remedy, notes } }: { boot: Boot }) {
  if (reason === null && remedy === null && notes.length === 0) return null
  return (
    <div class="reason">
      {reason !== null && (
        <p>
          {reason} {code !== null && <code class="code">{code}</code>}
        </p>
      )}
      {remedy !== null && (
        <p>
          <strong>What to do: </strong>
          {remedy}
        </p>
      )}
      {notes.map(({ note, detail }) => (
        <p key={note} class="note">
          <strong>{note}: </strong>
          {detail}
        </p>
      ))}
    </div>
  )
}
