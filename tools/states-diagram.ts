import { type ProvisionState, waitStates } from '../src/model/provision-states.ts'
import {
  isWorkingState,
  type Transition,
  transitions,
  type WorkingState,
  workingStates,
} from '../src/model/transitions.ts'

/*
 * The state machine as a picture: one row for each working state, with what leads to it on the left, and how it waits,
 * is held, fails and ends on the right. Every transition of the table is drawn once, and says so in `data-transition`.
 */

const laneHeight = 40
const lineHeight = 19
const rowGap = 34
const columns = { entries: 282, work: { x: 310, w: 150 }, wait: { x: 590, w: 150 }, end: { x: 890, w: 150 } } as const
const width = 1070

type Kind = 'work' | 'wait' | 'failed' | 'rest'
interface Box {
  readonly state: ProvisionState
  readonly kind: Kind
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** The text of docs/states.svg. */
export function statesDiagram(): string {
  const drawn = new Set<Transition>()
  const parts: string[] = []
  let y = 70
  for (const state of workingStates) {
    const row = new Row(state, y, drawn)
    parts.push(row.text)
    y += row.height + rowGap
  }
  const rest = transitions.filter((transition) => !drawn.has(transition))
  parts.push(`<text class="head" x="20" y="${y + 6}">At once, without any work</text>`)
  rest.forEach((transition, index) => {
    const { event, from, to } = transition
    parts.push(
      group(
        [transition],
        `<text class="entry" x="20" y="${y + 30 + index * lineHeight}">${from} <tspan class="event">${event}</tspan> → ${to}</text>`,
      ),
    )
  })
  const height = y + 30 + rest.length * lineHeight + 10
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">Provision states</title>
<desc id="desc">One row for each state in which a conductor works: the states and verbs that lead to it, the states in which it waits or is held, where it ends, and where it fails.</desc>
${style}
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<text class="head" x="${columns.entries}" y="36" text-anchor="end">from, by verb</text>
<text class="head" x="${columns.work.x}" y="36">a conductor works</text>
<text class="head" x="${columns.wait.x}" y="36">waits, or is held</text>
<text class="head" x="${columns.end.x}" y="36">rests, or has failed</text>
${parts.join('\n')}
</svg>
`
}

class Row {
  readonly height: number
  readonly text: string
  readonly #drawn: Set<Transition>
  readonly #parts: string[] = []

  constructor(state: WorkingState, top: number, drawn: Set<Transition>) {
    this.#drawn = drawn
    const out = transitions.filter(({ from }) => from === state)
    const failed = out.find(({ event }) => event === 'fail')?.to
    const between = out.filter(({ event }) => event === 'wait' || event === 'hold').map(({ to }) => to)
    const ends = out.filter(({ event }) => !['wait', 'hold', 'fail'].includes(event)).map(({ to }) => to)
    const inRow = new Set<string>([state, ...between])
    const entries = transitions.filter((one) => one.to === state && !inRow.has(one.from) && !drawn.has(one))
    const lanes = ends.length + between.length + 1
    this.height = Math.max(lanes * laneHeight, entries.length * lineHeight + 8)
    const lane = (index: number) => top + index * laneHeight
    const work: Box = { state, kind: 'work', ...columns.work, y: top, h: this.height }
    const endBoxes = ends.map(
      (to, index): Box => ({
        state: to,
        kind: isWorkingState(to) ? 'work' : 'rest',
        ...columns.end,
        y: lane(index),
        h: 28,
      }),
    )
    const waitBoxes = between.map(
      (to, index): Box => ({ state: to, kind: 'wait', ...columns.wait, y: lane(ends.length + index), h: 28 }),
    )
    const failedBox: Box = {
      state: failed ?? state,
      kind: 'failed',
      ...columns.end,
      y: lane(ends.length),
      h: top + this.height - lane(ends.length),
    }
    for (const [index, entry] of entries.entries()) this.#entry(entry, top + 16 + index * lineHeight)
    for (const box of endBoxes) this.#across(work, box, box.y + 14)
    for (const box of waitBoxes) {
      this.#across(work, box, box.y + 8)
      this.#across(box, work, box.y + 22)
      this.#across(box, failedBox, box.y + 8)
      this.#across(failedBox, box, box.y + 22)
      for (const end of endBoxes) this.#slanted(box, end)
    }
    for (const [index, box] of waitBoxes.entries()) {
      const next = waitBoxes[index + 1]
      if (next) this.#down(box, next)
    }
    this.#across(work, failedBox, lane(lanes - 1) + 20)
    for (const end of endBoxes) this.#up(failedBox, end)
    for (const box of [work, ...endBoxes, ...waitBoxes, failedBox]) this.#box(box)
    this.text = this.#parts.join('\n')
  }

  #take(from: Box, to: Box): Transition[] {
    const found = transitions.filter((one) => one.from === from.state && one.to === to.state && !this.#drawn.has(one))
    for (const transition of found) this.#drawn.add(transition)
    return found
  }

  #entry(transition: Transition, y: number): void {
    this.#drawn.add(transition)
    const { event, from } = transition
    const label = `<text class="entry" x="${columns.entries - 14}" y="${y}" text-anchor="end">${from} <tspan class="event">${event}</tspan></text>`
    const arrow = line(columns.entries - 8, y - 4, columns.work.x, y - 4)
    this.#parts.push(group([transition], label + arrow))
  }

  #across(from: Box, to: Box, y: number): void {
    const found = this.#take(from, to)
    if (found.length === 0) return
    const forward = to.x > from.x
    const [x1, x2] = forward ? [from.x + from.w, to.x] : [from.x, to.x + to.w]
    // Beside the box it leads to, so that labels of long arrows do not lie in boxes between.
    const at = forward ? x2 - 12 : x2 + 12
    const label = `<text class="event" x="${at}" y="${y - 4}" text-anchor="${forward ? 'end' : 'start'}">${events(found)}</text>`
    this.#parts.push(group(found, line(x1, y, x2, y) + label))
  }

  #slanted(from: Box, to: Box): void {
    const found = this.#take(from, to)
    if (found.length === 0) return
    const label = `<text class="event" x="${from.x + from.w + 8}" y="${from.y - 12}">${events(found)}</text>`
    this.#parts.push(group(found, line(from.x + from.w - 20, from.y, to.x, to.y + 22) + label))
  }

  #down(from: Box, to: Box): void {
    const there = this.#take(from, to)
    const back = this.#take(to, from)
    const [left, right] = [from.x + 50, from.x + 100]
    const middle = (from.y + from.h + to.y) / 2 + 4
    if (there.length > 0)
      this.#parts.push(
        group(
          there,
          `${line(left, from.y + from.h, left, to.y)}<text class="event" x="${left - 5}" y="${middle}" text-anchor="end">${events(there)}</text>`,
        ),
      )
    if (back.length > 0)
      this.#parts.push(
        group(
          back,
          `${line(right, to.y, right, from.y + from.h)}<text class="event" x="${right + 5}" y="${middle}">${events(back)}</text>`,
        ),
      )
  }

  #up(from: Box, to: Box): void {
    const found = this.#take(from, to)
    if (found.length === 0) return
    const x = from.x + 75
    const label = `<text class="event" x="${x + 6}" y="${(from.y + to.y + to.h) / 2 + 4}">${events(found)}</text>`
    this.#parts.push(group(found, line(x, from.y, x, to.y + to.h) + label))
  }

  #box({ h, kind, state, w, x, y }: Box): void {
    const isWait = waitStates.has(state)
    this.#parts.push(
      `<rect class="box ${kind}${isWait ? ' boots' : ''}" x="${x}" y="${y}" width="${w}" height="${h}" rx="6"/><text class="name" x="${x + w / 2}" y="${y + h / 2 + 5}" text-anchor="middle">${state}</text>`,
    )
  }
}

const events = (found: readonly Transition[]) => found.map(({ event }) => event).join(', ')

const line = (x1: number, y1: number, x2: number, y2: number) =>
  `<line class="line" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" marker-end="url(#head)"/>`

function group(found: readonly Transition[], content: string): string {
  const names = found.map(({ event, from, to }) => `${from} / ${event} / ${to}`).join('; ')
  return `<g data-transition="${names}">${content}</g>`
}

const style = `<style>
.page { fill: #ffffff; stroke: #d0d7de; }
.box { stroke-width: 1.5; }
.work { fill: #eef4fb; stroke: #3b6ea5; }
.wait { fill: #fff7e0; stroke: #a67c1a; }
.boots { stroke-width: 3; }
.failed { fill: #fbeaea; stroke: #b23b3b; }
.rest { fill: #e9f6ec; stroke: #2f7d46; }
.name { font: 600 14px sans-serif; fill: #1f2328; }
.head { font: 600 13px sans-serif; fill: #4b535d; }
.entry { font: 13px sans-serif; fill: #4b535d; }
.event { font: 600 12px monospace; fill: #1f2328; }
.line, #head path { stroke: #6b7683; fill: none; stroke-width: 1.3; }
@media (prefers-color-scheme: dark) {
.page { fill: #0f141a; stroke: #30363d; }
.work { fill: #16263a; stroke: #6ca4de; }
.wait { fill: #2e2610; stroke: #d8ad4a; }
.failed { fill: #331a1a; stroke: #ef7f7f; }
.rest { fill: #14291b; stroke: #5fbf7c; }
.name, .event { fill: #e6edf3; }
.head, .entry { fill: #aab4bf; }
.line, #head path { stroke: #8b96a3; }
}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M1 1 L7 4 L1 7"/></marker></defs>`
