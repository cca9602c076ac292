import type { Boot } from '../../../src/model/boots.ts'
import { BootReason } from './boot-reason.tsx'
import { BootSteps } from './boot-steps.tsx'

/** All of a boot: why it went so, its steps, and who asked. */
export function BootDetails({ boot }: { boot: Boot }) {
  const { client, conductor, mac, owner } = boot
  return (
    <>
      <BootReason boot={boot} />
      <BootSteps boot={boot} />
      <p class="muted asked-with">
        asked with {mac ?? 'no known MAC'} from {client ?? 'an unknown address'}
        {conductor !== null && conductor !== owner && `, answered by ${conductor}`}
      </p>
    </>
  )
}
