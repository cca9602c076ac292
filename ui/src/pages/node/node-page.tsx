import { useRef } from 'preact/hooks'
import type { NodeWithExplanation, Overview } from '../../api/answers.ts'
import { useLiveBoots } from '../../api/use-live-boots.ts'
import { useResource } from '../../api/use-resource.ts'
import { Badge } from '../../parts/badge.tsx'
import { Empty, Loading } from '../../parts/empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { stateName, stateTone } from '../../parts/state-tone.ts'
import { href, setQuery } from '../../route.ts'
import { BootHistory } from './boot-history.tsx'
import { ExplanationSection } from './explanation-section.tsx'
import { ScriptsSection } from './scripts-section.tsx'

interface NodePageProps {
  id: string
  query: Readonly<Record<string, string>>
  overview: Overview | undefined
}

/** One node: whether it may boot and why, how its boots went, and what it would be served. */
export function NodePage({ id, query, overview }: NodePageProps) {
  const path = `nodes/${encodeURIComponent(id)}`
  const mac = query.mac === undefined ? '' : `?mac=${encodeURIComponent(query.mac)}`
  const { data, failure } = useResource<NodeWithExplanation>(`${path}${mac}`, 10)
  // The page stays while another NIC is asked for.
  const before = useRef<NodeWithExplanation | undefined>(undefined)
  if (data !== undefined) before.current = data
  const node = before.current
  // Too long for a path (414) is too long for a name.
  if (failure?.status === 404 || failure?.status === 414) return <NoNode id={id} wasThere={node !== undefined} />
  if (failure?.status === 400) {
    return (
      <>
        <PageHead title="No such NIC" />
        <Empty title={failure.message}>
          <p>
            <a href={href('nodes', id)}>Show the node</a>
          </p>
        </Empty>
      </>
    )
  }
  if (node === undefined) {
    return (
      <>
        <PageHead title="Node" />
        <Loading failure={failure} />
      </>
    )
  }
  return (
    <>
      <PageHead title={node.name ?? node.uuid}>
        <Badge tone={stateTone(node.provision_state)} text={stateName(node.provision_state)} />
        {node.maintenance && <span class="tag">maintenance</span>}
      </PageHead>
      <Facts node={node} />
      {node.last_error !== null && (
        <div class="reason bad">
          <p>
            <strong>Last error: </strong>
            {node.last_error}
          </p>
        </div>
      )}
      <div class="node-columns">
        <ExplanationSection
          node={node}
          explanation={data === undefined ? undefined : data.explanation}
          chosenMac={query.mac ?? node.macs[0]}
          onMac={(chosen) => setQuery({ mac: chosen })}
        />
        <Boots uuid={node.uuid} areKept={overview?.events.enabled} />
      </div>
      <ScriptsSection path={`${path}/scripts`} current={stateName(node.provision_state)} chosen={query.script} />
    </>
  )
}

function Boots({ uuid, areKept }: { uuid: string; areKept: boolean | undefined }) {
  const { boots, failure, loaded } = useLiveBoots(uuid, areKept)
  return (
    <BootHistory boots={boots} loaded={loaded || areKept === false} areKept={areKept !== false} failure={failure} />
  )
}

function NoNode({ id, wasThere }: { id: string; wasThere: boolean }) {
  return (
    <>
      <PageHead title="No such node" />
      <Empty title={wasThere ? `Node ${id} has been deleted.` : `There is no node ${id}.`}>
        <p>
          <a href={href('fleet', undefined, { q: id })}>Search the fleet for it</a>
        </p>
      </Empty>
    </>
  )
}

function Facts({ node }: { node: NodeWithExplanation }) {
  const { boot_interface: bootInterface, conductor_group: group, driver, macs, name, owner, uuid } = node
  return (
    <dl class="facts">
      {name !== null && <Fact name="UUID" value={uuid} mono />}
      <Fact name={macs.length === 1 ? 'NIC' : 'NICs'} value={macs.join(', ') || 'none'} mono />
      <Fact name="Driver" value={driver} />
      {bootInterface !== null && <Fact name="Boot interface" value={bootInterface} />}
      {group !== '' && <Fact name="Conductor group" value={group} />}
      <Fact name="Owner" value={owner ?? 'nobody'} />
    </dl>
  )
}

function Fact({ name, value, mono = false }: { name: string; value: string; mono?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={mono ? 'mono' : undefined}>{value}</dd>
    </div>
  )
}
