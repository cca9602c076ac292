import { Counter, type Registry } from 'prom-client'
import { LabelledCount } from './labelled-count.ts'

interface Described {
  readonly name: string
  readonly help: string
}

/** A counter whose label has one of these values. What is counted stays a plain number until somebody asks. */
export function counterBy(
  registry: Registry,
  { help, label, name, values }: Described & { label: string; values: readonly string[] },
): LabelledCount {
  const counts = new LabelledCount(values)
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset()
      for (const [value, count] of counts.entries()) this.inc({ [label]: value }, count)
    },
  })
  return counts
}

/** The same with two labels: of the first, each value has its own counts of the second. */
export function counterByTwo<First extends string>(
  registry: Registry,
  {
    firsts,
    help,
    labels: [first, second],
    name,
    seconds,
  }: Described & { labels: readonly [string, string]; firsts: readonly First[]; seconds: readonly string[] },
): Readonly<Record<First, LabelledCount>> {
  const counts = Object.fromEntries(firsts.map((value) => [value, new LabelledCount(seconds)])) as Record<
    First,
    LabelledCount
  >
  new Counter({
    name,
    help,
    labelNames: [first, second],
    registers: [registry],
    collect() {
      this.reset()
      for (const value of firsts) {
        for (const [other, count] of counts[value].entries()) this.inc({ [first]: value, [second]: other }, count)
      }
    },
  })
  return counts
}
