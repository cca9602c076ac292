import type { Explanation, NodeWithExplanation } from '../../api/answers.ts'
import { milliseconds } from '../../format.ts'
import { Empty } from '../../parts/empty.tsx'
import { Mark } from '../../parts/mark.tsx'
import { ReasonAndRemedy } from '../../parts/reason-and-remedy.tsx'
import { href } from '../../route.ts'

interface ExplanationProps {
  node: NodeWithExplanation
  chosenMac: string | undefined
  onMac(mac: string): void
}

/** What the machine would get if it asked now, and why. */
export function ExplanationSection({ node, chosenMac, onMac }: ExplanationProps) {
  const { explanation, macs } = node
  return (
    <section class="panel" aria-labelledby="explanation-title">
      <div class="panel-head">
        <h2 id="explanation-title">If it asks now</h2>
        {macs.length > 1 && (
          <label>
            with NIC{' '}
            <select class="mono" value={chosenMac} onChange={(event) => onMac(event.currentTarget.value)}>
              {macs.map((mac) => (
                <option key={mac}>{mac}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      {explanation === null ? (
        <Empty title="It has no NIC to boot from.">
          <p>
            Add one: <code>openstack baremetal port create MAC --node {node.uuid}</code>
          </p>
        </Empty>
      ) : (
        <>
          <Verdict explanation={explanation} />
          <Conductors explanation={explanation} />
        </>
      )}
    </section>
  )
}

const answers = {
  served: 'It boots: its script is served',
  refused: 'It does not boot: the machine gets the generic 404',
  unavailable: 'It has to wait: the machine gets a 503 and asks again',
}

function Verdict({ explanation: { outcome, code, reason, remedy, conductor } }: { explanation: Explanation }) {
  const tone = outcome === 'served' ? 'ok' : outcome === 'refused' ? 'bad' : 'wait'
  return (
    <div class={`verdict tone-${tone}`}>
      <p class="verdict-line">
        <Mark tone={tone} />
        {answers[outcome]}
        {conductor !== null && ` by ${conductor}`}.
      </p>
      <ReasonAndRemedy code={code} reason={reason} remedy={remedy} />
    </div>
  )
}

function Conductors({ explanation: { ring, attempts } }: { explanation: Explanation }) {
  if (ring === null) return null
  return (
    <table class="small">
      <caption>
        Its conductors, in the order in which they are asked, on the ring{' '}
        <a href={href('ring', undefined, { ring: ring.name })}>{ring.name}</a>
      </caption>
      <thead>
        <tr>
          <th scope="col">Conductor</th>
          <th scope="col">Heartbeat</th>
          <th scope="col">Asked just now</th>
        </tr>
      </thead>
      <tbody>
        {ring.conductors.map(({ hostname, alive, seconds_since_heartbeat: age }, index) => {
          const attempt = attempts.find((candidate) => candidate.conductor === hostname)
          return (
            <tr key={hostname}>
              <th scope="row">
                <Mark tone={alive ? 'ok' : 'bad'} />
                {hostname}
                {index === 0 && <span class="tag">owner</span>}
              </th>
              <td>
                {alive ? '' : 'dead, '}
                {age === null ? 'never' : `${age} s ago`}
              </td>
              <td>
                {attempt === undefined ? (
                  <span class="muted">no</span>
                ) : (
                  (attempt.error ?? `answered in ${milliseconds(attempt.milliseconds)}`)
                )}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
