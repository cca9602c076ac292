import type { Explanation, NodeWithExplanation } from '../../api/answers.ts'
import { milliseconds, seconds } from '../../format.ts'
import { Empty, Loading } from '../../parts/empty.tsx'
import { Mark } from '../../parts/mark.tsx'
import { ReasonAndRemedy } from '../../parts/reason-and-remedy.tsx'
import { ringLabel } from '../../parts/ring-label.ts'
import { href } from '../../route.ts'

interface ExplanationProps {
  node: NodeWithExplanation
  /** Undefined: on its way. */
  explanation: Explanation | null | undefined
  chosenMac: string | undefined
  onMac(mac: string): void
}

/** What the machine would get if it asked now, and why. */
export function ExplanationSection({ node, explanation, chosenMac, onMac }: ExplanationProps) {
  const { macs } = node
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
      {explanation === undefined ? (
        <Loading />
      ) : explanation === null ? (
        <Empty title="It has no NIC to boot from.">
          <p>
            Add one: <code>openstack baremetal port create MAC --node {node.uuid}</code>
          </p>
        </Empty>
      ) : (
        <>
          <Verdict explanation={explanation} isDeployed={node.provision_state === 'active'} />
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

function Verdict({ explanation, isDeployed }: { explanation: Explanation; isDeployed: boolean }) {
  const { outcome, code, reason, remedy, conductor } = explanation
  // Most machines are deployed, start from their disks, and must not be installed anew.
  const isMeant = code === 'StateForbidsBoot' && isDeployed
  const tone = outcome === 'served' ? 'ok' : isMeant ? 'idle' : outcome === 'refused' ? 'bad' : 'wait'
  return (
    <div class={`verdict tone-${tone}`}>
      <p class="verdict-line">
        <Mark tone={tone} />
        {answers[outcome]}
        {conductor !== null && ` by ${conductor}`}.
      </p>
      {isMeant && <p>Nothing is wrong if it is to start from its disk: it is deployed.</p>}
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
        <a href={href('ring', undefined, { ring: ring.name })}>{ringLabel(ring.name)}</a>
      </caption>
      <thead>
        <tr>
          <th scope="col">Conductor</th>
          <th scope="col">Heartbeat</th>
          {attempts.length > 0 && <th scope="col">Answers now</th>}
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
                {age === null ? 'never' : `${age < 10 ? `${age} s` : seconds(age)} ago`}
              </td>
              {attempts.length > 0 && (
                <td>
                  {attempt === undefined ? (
                    <span class="muted">not asked</span>
                  ) : (
                    (attempt.error ?? `in ${milliseconds(attempt.milliseconds)}`)
                  )}
                </td>
              )}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
