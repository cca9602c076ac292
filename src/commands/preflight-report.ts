import { printable } from '../model/printable.ts'
import type { Check } from '../preflight/check.ts'
import { type Finding, type Severity, severities } from '../preflight/finding.ts'
import type { PreflightResult } from '../preflight/run-preflight.ts'
import { counted } from './terminal/counted.ts'
import { lineWidth, type Output } from './terminal/output.ts'
import { type Colour, painter } from './terminal/painter.ts'

const colours: Record<Severity, Colour> = { error: 'red', warning: 'yellow', info: 'cyan' }
/** Of many nodes with one and the same fault, so many are named. */
const namedSubjects = 3
/** Of faults that are put right in the same way, so many are told. */
const toldOfAKind = 10
const indent = '    '

/** One document for programs. Keys that say nothing of a finding are null. */
export function preflightJson({ findings, nodes }: PreflightResult, checks: readonly Check[]): string {
  const document = {
    checks: checks.map(({ name }) => name),
    nodes,
    counts: Object.fromEntries(severities.map((severity) => [severity, countOf(findings, severity)])),
    findings: findings.map(({ check, conductor, file, line, message, node, remedy, severity }) => ({
      check,
      severity,
      node: node ?? null,
      conductor: conductor ?? null,
      file: file ?? null,
      line: line ?? null,
      message,
      remedy,
    })),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

/** A paragraph for each finding; the same finding of many nodes is told once, and of many that are alike a few. */
export function preflightText(output: Output, { findings, nodes }: PreflightResult, checks: readonly Check[]): string {
  const paint = painter(output)
  const paragraphs: string[] = []
  let leavesOut = false
  for (const kind of Map.groupBy(findings, kindOf).values()) {
    const groups = groupsOf(kind)
    const told = groups.length > toldOfAKind + 1 ? groups.slice(0, toldOfAKind) : groups
    for (const [group, first] of told) {
      const subjects = subjectsOf(group)
      leavesOut ||= subjects.rest > 0
      const head = `${paint(colours[first.severity], first.severity)} ${paint('bold', first.check)}`
      const isOneMessage = group.every(({ message }) => message === first.message)
      const lines = [
        `${head}${subjects.text === '' ? '' : `: ${subjects.text}`}`,
        ...wrapped(isOneMessage ? first.message : withoutMac(first.message), output),
        ...wrapped(`→ ${first.remedy}`, output).map((line) => paint('dim', line)),
      ]
      paragraphs.push(`${lines.join('\n')}\n\n`)
    }
    const rest = groups.slice(told.length)
    const [, like] = rest[0] ?? []
    if (like === undefined) continue
    leavesOut = true
    const { check, severity } = like
    const count = rest.reduce((sum, [group]) => sum + group.length, 0)
    paragraphs.push(`${paint(colours[severity], severity)} ${paint('bold', check)}: ${count} more like these\n\n`)
  }
  const counts = severities.map((severity) => {
    const count = countOf(findings, severity)
    const text = severity === 'info' ? `${count} to know` : counted(count, severity)
    return count > 0 ? paint(colours[severity], text) : text
  })
  const where = leavesOut ? '\nNot each of them is named here: --json does.' : ''
  return `${paragraphs.join('')}${counted(checks.length, 'check')}, ${counted(nodes, 'node')}: ${counts.join(', ')}.${where}\n`
}

const kindOf = ({ check, remedy, severity }: Finding): string => [check, severity, remedy].join('\n')

/** Those that are told together, with the first of them: what is equal, and what differs by nothing but MACs where those are more than a few. */
function groupsOf(kind: readonly Finding[]): [Finding[], Finding][] {
  const alike = [...Map.groupBy(kind, ({ message }) => withoutMac(message)).values()]
  return alike
    .flatMap((group) => {
      const equal = [...Map.groupBy(group, ({ message }) => message).values()]
      return group[0]?.severity === 'info' || equal.length > namedSubjects ? [group] : equal
    })
    .map((group) => [group, group[0] as Finding])
}

const withoutMac = (message: string): string => message.replace(/\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/gi, '<mac>')

function subjectsOf(group: readonly Finding[]): { text: string; rest: number } {
  const subjects = [...new Set(group.map(subjectOf).filter((subject) => subject !== ''))]
  const rest = Math.max(0, subjects.length - namedSubjects)
  return { text: `${subjects.slice(0, namedSubjects).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`, rest }
}

function subjectOf({ conductor, file, line, node }: Finding): string {
  const place = file === undefined ? '' : line === undefined ? file : `${file}:${line}`
  const who =
    node === undefined ? (conductor === undefined ? '' : `conductor ${conductor}`) : `node ${node.name ?? node.uuid}`
  return printable([who, place].filter((part) => part !== '').join(', '))
}

/** On a terminal at its width; elsewhere a line stays one. */
function wrapped(text: string, output: Output): string[] {
  const width = lineWidth(output)
  const lines = ['']
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1) ?? ''
    const longer = last === '' ? word : `${last} ${word}`
    if (width !== undefined && last !== '' && indent.length + longer.length > width) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines.map((line) => indent + line)
}

const countOf = (findings: readonly Finding[], wanted: Severity): number =>
  findings.filter(({ severity }) => severity === wanted).length
