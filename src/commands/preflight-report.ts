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

/** A paragraph for each finding; the same finding of many nodes is told once. */
export function preflightText(output: Output, { findings, nodes }: PreflightResult, checks: readonly Check[]): string {
  const paint = painter(output)
  const groups = Map.groupBy(findings, ({ check, message, remedy, severity }) =>
    [check, severity, severity === 'info' ? withoutMac(message) : message, remedy].join('\n'),
  )
  const paragraphs = [...groups.values()].map((group) => {
    const [first] = group as [Finding, ...Finding[]]
    const head = `${paint(colours[first.severity], first.severity)} ${paint('bold', first.check)}`
    const subjects = subjectsOf(group)
    const lines = [
      `${head}${subjects === '' ? '' : `: ${subjects}`}`,
      ...wrapped(
        group.every(({ message }) => message === first.message) ? first.message : withoutMac(first.message),
        output,
      ),
      ...wrapped(`→ ${first.remedy}`, output).map((line) => paint('dim', line)),
    ]
    return `${lines.join('\n')}\n\n`
  })
  const counts = severities.map((severity) => {
    const count = countOf(findings, severity)
    const text = severity === 'info' ? `${count} to know` : counted(count, severity)
    return count > 0 ? paint(colours[severity], text) : text
  })
  return `${paragraphs.join('')}${counted(checks.length, 'check')}, ${counted(nodes, 'node')}: ${counts.join(', ')}.\n`
}

/** Good to know once, not once for each of a fleet of virtual machines. */
const withoutMac = (message: string): string => message.replace(/\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/gi, '<mac>')

function subjectsOf(group: readonly Finding[]): string {
  const subjects = [...new Set(group.map(subjectOf).filter((subject) => subject !== ''))]
  const rest = subjects.length - namedSubjects
  return `${subjects.slice(0, namedSubjects).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
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
