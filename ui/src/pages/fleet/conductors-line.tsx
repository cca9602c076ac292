import type { OverviewConductor } from '../../api/answers.ts'
import { Mark } from '../../parts/mark.tsx'
import { href } from '../../route.ts'

/** Whether all conductors are well, as a link to the ring. */
export function ConductorsLine({ conductors }: { conductors: readonly OverviewConductor[] }) {
  const alive = conductors.filter((conductor) => conductor.alive)
  const draining = alive.filter((conductor) => conductor.draining).length
  const dead = conductors.length - alive.length
  const tone = alive.length === 0 ? 'bad' : dead > 0 || draining > 0 ? 'warn' : 'ok'
  return (
    <a class="conductors-line" href={href('ring')}>
      <Mark tone={tone} />
      {conductors.length === 0
        ? 'no conductor: start one with bootring conductor'
        : `${alive.length} of ${conductors.length} conductors alive${draining > 0 ? `, ${draining} draining` : ''}`}
    </a>
  )
}
