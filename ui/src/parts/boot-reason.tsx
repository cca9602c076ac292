import type { Boot } from '../../../src/model/boots.ts'
import { ReasonAndRemedy } from './reason-and-remedy.tsx'

/** Why a boot went as it did, what to do about it, and what else is remarkable. Nothing where all is well. */
export function BootReason({ boot: { code, reason, remedy, notes } }: { boot: Boot }) {
  if (reason === null && remedy === null && notes.length === 0) return null
  return (
    <div class="reason">
      <ReasonAndRemedy code={code} reason={reason} remedy={remedy} />
      {notes.map(({ note, detail }) => (
        <p key={note} class="note">
          <strong>{note}: </strong>
          {detail}
        </p>
      ))}
    </div>
  )
}
