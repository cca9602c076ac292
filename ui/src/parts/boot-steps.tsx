import type { Boot, BootStep } from '../../../src/model/boots.ts'
import { milliseconds, seconds } from '../format.ts'
import { Mark, type Tone } from './mark.tsx'

/** Where a boot's time went: its steps on a line drawn to scale, and the same in words. */
export function BootSteps({ boot }: { boot: Boot }) {
  const total = Math.max(0.001, (boot.last_at - boot.begun_at) / 1000, ...boot.steps.map((step) => step.seconds))
  return (
    <div class="boot-steps">
      {boot.steps.length > 1 && (
        <div class="scale">
          <div class="scale-line" aria-hidden="true">
            {boot.steps.map((step) => (
              <span
                key={step.event_id}
                class={`scale-step tone-${stepTone(step)}`}
                style={{ left: `${(step.seconds / total) * 100}%` }}
                title={`${step.what}, after ${seconds(step.seconds)}`}
              />
            ))}
          </div>
          <span class="scale-end">{seconds(total)}</span>
        </div>
      )}
      <ol class="step-list">
        {boot.steps.map((step) => (
          <li key={step.event_id}>
            <span class="step-at">+{seconds(step.seconds)}</span>
            <Mark tone={stepTone(step)} />
            <span class="step-what">
              <bdi>{withoutReason(step.what, boot.reason)}</bdi>
              {step.times > 1 && <span class="muted"> ×{step.times}</span>}
              {step.code !== null && step.code !== boot.code && <code class="code">{step.code}</code>}
            </span>
            <span class="step-took">{step.milliseconds > 0 && `in ${milliseconds(step.milliseconds)}`}</span>
          </li>
        ))}
      </ol>
    </div>
  )
}

/** The reason stands above, as that of the whole boot. */
function withoutReason(what: string, reason: string | null): string {
  return reason === null ? what : what.replace(`: ${reason}`, '')
}

function stepTone({ outcome }: BootStep): Tone {
  if (outcome === 'served') return 'ok'
  return outcome === 'unavailable' ? 'wait' : 'bad'
}
