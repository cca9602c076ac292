import type { Boot } from '../../../src/model/boots.ts'
import { ReasonAndRemedy } from './reason-and-remedy.tsx'
import { verdictTone } from './verdict-tone.ts'

/** Why a boot went as it did, what to do about it, and what else is remarkable. Nothing where all is well. */
export function BootReason({ boot: { code, reason, remedy, notes, verdict } }: { boot: Boot }) {
  if (reason === null && remedy === null && notes.length === 0) return null
  return (
    <div class={`reason tone-${reason === null ? 'idle' : verdictTone(verdict)}`}>
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
