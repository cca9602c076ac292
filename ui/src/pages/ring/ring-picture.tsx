import { useMemo, useState } from 'preact/hooks'
import type { Ring } from '../../api/answers.ts'
import { counted, percent } from '../../format.ts'
import { ringLabel } from '../../parts/ring-label.ts'
import { bandPath, dotPath, gap, inARow, polar } from './ring-geometry.ts'

/** Bands from the inside: shares, who owns which part of the circle, the nodes. */
const bands = { shares: [104, 140], parts: [148, 174], nodes: [178, 204] } as const
const half = 212
/** Fewer conductors than this have their names beside their share. */
const mostNames = 16

interface RingPictureProps {
  ring: Ring
  /** Colours by host name. */
  colours: ReadonlyMap<string, string>
  chosen: string | undefined
  /** A node to point at. */
  pointedAt: string | undefined
  onChoose(hostname: string): void
}

/** What is under the pointer. */
type Hover = { kind: 'conductor'; hostname: string } | { kind: 'node'; index: number }

/** The ring, seen from above. All that it tells stands in the tables beside it, too. */
export function RingPicture({ ring, colours, chosen, pointedAt, onChoose }: RingPictureProps) {
  const [hover, setHover] = useState<Hover>()
  const drawn = useMemo(() => drawing(ring), [ring])
  const pointed = pointedAt === undefined ? undefined : ring.nodes.find(([uuid]) => uuid === pointedAt)
  const hovered = hover?.kind === 'node' ? ring.nodes[hover.index] : undefined
  const node = hovered ?? pointed
  const lit = hovered?.[2] ?? (hover?.kind === 'conductor' ? hover.hostname : (chosen ?? pointed?.[2] ?? undefined))
  const dim = (hostname: string) => (lit === undefined || lit === hostname ? undefined : 'dimmed')
  const alive = ring.conductors.filter((conductor) => conductor.alive)
  const find = (event: MouseEvent & { currentTarget: SVGSVGElement }): Hover | undefined => {
    const box = event.currentTarget.getBoundingClientRect()
    const scale = (2 * half) / box.width
    const { at, radius } = polar((event.clientX - box.left) * scale - half, (event.clientY - box.top) * scale - half)
    return under(ring, drawn, at, radius)
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table beside it has a button for each conductor
    <svg
      class="ring"
      viewBox={`${-half} ${-half} ${2 * half} ${2 * half}`}
      role="img"
      aria-label={`Ring ${ringLabel(ring.name)}: ${counted(alive.length, 'conductor')} alive. The table has what it shows.`}
      onMouseMove={(event) => setHover(find(event))}
      onMouseLeave={() => setHover(undefined)}
      onClick={(event) => {
        const found = find(event)
        if (found?.kind === 'conductor') onChoose(found.hostname)
      }}
    >
      {drawn.map(({ hostname, share, parts, dots, from, to }) => (
        <g key={hostname} class={dim(hostname)} style={{ color: colours.get(hostname) }}>
          <path class="share" d={bandPath(bands.shares[0], bands.shares[1], from, to)} />
          <path d={parts} />
          <path class="dots" d={dots} />
          {drawn.length <= mostNames && share > 0.03 && <ShareName at={(from + to) / 2} share={share} />}
        </g>
      ))}
      {node !== undefined && node[3] !== null && (
        <path class="pointer" d={dotPath(bands.nodes[0] + 8, node[3])} style={{ color: colours.get(node[2] ?? '') }} />
      )}
      <Middle ring={ring} node={node} lit={lit} />
    </svg>
  )
}

function ShareName({ at, share }: { at: number; share: number }) {
  const radius = (bands.shares[0] + bands.shares[1]) / 2
  const angle = at * 2 * Math.PI
  return (
    <text class="share-name" x={radius * Math.sin(angle)} y={-radius * Math.cos(angle)}>
      {percent(share)}
    </text>
  )
}

/** Words in the middle: of what is pointed at, else of the whole ring. */
function Middle({ ring, node, lit }: { ring: Ring; node: Ring['nodes'][number] | undefined; lit: string | undefined }) {
  const conductor = ring.conductors.find(({ hostname }) => hostname === lit)
  const nodes = ring.conductors.reduce((sum, { nodes: own }) => sum + own, 0)
  const alive = ring.conductors.filter((candidate) => candidate.alive).length
  const lines =
    node !== undefined
      ? [short(node[1] ?? node[0]), 'lies with', short(node[2] ?? 'nobody')]
      : conductor !== undefined
        ? [short(conductor.hostname), `${percent(conductor.share)} of the ring`, counted(conductor.nodes, 'node')]
        : alive === 0
          ? ['no conductor', 'is alive']
          : [counted(nodes, 'node'), counted(alive, 'conductor')]
  return (
    <text class="middle">
      {lines.map((line, index) => (
        <tspan key={index} x="0" y={(index - (lines.length - 1) / 2) * 20}>
          {line}
        </tspan>
      ))}
    </text>
  )
}

function short(text: string): string {
  const characters = [...text]
  return characters.length > 24 ? `${characters.slice(0, 23).join('')}…` : text
}

interface DrawnConductor {
  hostname: string
  share: number
  /** Of its share in the inner band. */
  from: number
  to: number
  parts: string
  dots: string
}

/** One path for all parts and one for all nodes of a conductor: 50 conductors have thousands. */
function drawing(ring: Ring): DrawnConductor[] {
  const alive = ring.conductors.filter(({ share }) => share > 0)
  const places = inARow(alive.map(({ share }) => share))
  const lanes = ring.nodes.length > 900 ? 4 : ring.nodes.length > 400 ? 3 : ring.nodes.length > 120 ? 2 : 1
  const laneWidth = 6
  const parts = new Map<string, string[]>()
  const dots = new Map<string, string[]>()
  for (const [from, to, hostname] of ring.arcs) add(parts, hostname, bandPath(bands.parts[0], bands.parts[1], from, to))
  ring.nodes.forEach(([, , owner, at], index) => {
    if (owner !== null && at !== null) add(dots, owner, dotPath(bands.nodes[0] + 4 + (index % lanes) * laneWidth, at))
  })
  return alive.map(({ hostname, share }, index) => ({
    hostname,
    share,
    from: places[index]?.from ?? 0,
    to: places[index]?.to ?? 0,
    parts: parts.get(hostname)?.join('') ?? '',
    dots: dots.get(hostname)?.join('') ?? '',
  }))
}

function add(lists: Map<string, string[]>, key: string, text: string): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [text])
  else list.push(text)
}

function under(ring: Ring, drawn: readonly DrawnConductor[], at: number, radius: number): Hover | undefined {
  if (radius >= bands.nodes[0] - 3) return nearestNode(ring, at)
  const found =
    radius >= bands.parts[0]
      ? ring.arcs.find(([from, to]) => (from < to ? from <= at && at < to : at >= from || at < to))?.[2]
      : radius >= bands.shares[0]
        ? drawn.find(({ from, to }) => from <= at && at < to)?.hostname
        : undefined
  return found === undefined ? undefined : { kind: 'conductor', hostname: found }
}

function nearestNode(ring: Ring, at: number): Hover | undefined {
  let nearest = { index: -1, distance: 0.01 }
  ring.nodes.forEach(([, , , position], index) => {
    if (position === null) return
    const distance = gap(position, at)
    if (distance < nearest.distance) nearest = { index, distance }
  })
  return nearest.index < 0 ? undefined : { kind: 'node', index: nearest.index }
}
