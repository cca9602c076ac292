import type { ScriptLine } from './parse-script.ts'
import type { ScriptProblem } from './script-problem.ts'

/**
 * What Linux takes of its command line on x86 and arm64 (COMMAND_LINE_SIZE 2048, with the zero at its end), and what iPXE passes on to kernels
 * that do not say (BZI_CMDLINE_SIZE in src/arch/x86/include/bzimage.h). Whatever is longer is cut without a word.
 */
export const maxCommandLineBytes = 2047

/**
 * iPXE kept the line on its stack of 4 KiB until commit a026a27 of 23 April 2012 (src/image/script.c), with the words and the expanded
 * command beside it: longer ones overwrite what lies there. (gPXE, until commit 0ea821c of June 2008, cut lines at 255.)
 */
const maxLineBytes = 2047

/** What can be seen without understanding the script. */
export function textProblems(script: string, lines: readonly ScriptLine[]): ScriptProblem[] {
  return [...shebang(script), ...characters(script), ...lengths(lines)]
}

/** script_probe () in src/image/script.c. */
function shebang(script: string): ScriptProblem[] {
  if (/^#!(?:ipxe|gpxe)[ \t\r\n\v\f]/.test(script)) return []
  const start = JSON.stringify(script.slice(0, 20).split('\n')[0])
  return [
    {
      rule: 'shebang',
      severity: 'error',
      line: 1,
      message: `begins with ${start}, which iPXE does not take for a script; on BIOS it would run the bytes as a program`,
      remedy: 'Begin with #!ipxe and a line break, with nothing before it, not even a byte order mark.',
    },
  ]
}

function characters(script: string): ScriptProblem[] {
  const problems: ScriptProblem[] = []
  const parts = script.split('\n')
  const carriage = parts.findIndex((line) => line.endsWith('\r'))
  if (carriage !== -1)
    problems.push({
      rule: 'crlf',
      severity: 'warning',
      line: carriage + 1,
      message: 'ends with CR LF: builds from before July 2013 take the CR for a part of the label or of the last word',
      remedy: 'Save the template with LF line ends.',
    })
  for (const [index, line] of parts.entries()) {
    const odd = /[^\t\r\x20-\x7e]/u.exec(line)?.[0]
    if (odd === undefined) continue
    const code = `U+${(odd.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    problems.push({
      rule: 'non-ascii',
      severity: 'warning',
      line: index + 1,
      message: `has the character ${code}, which iPXE neither shows nor passes on reliably`,
      remedy: 'Use plain ASCII.',
    })
  }
  return problems
}

function lengths(lines: readonly ScriptLine[]): ScriptProblem[] {
  return lines
    .filter(({ text }) => Buffer.byteLength(text) > maxLineBytes)
    .map(({ number, text }) => ({
      rule: 'long-line',
      severity: 'warning',
      line: number,
      message: `is ${Buffer.byteLength(text)} bytes long; builds from before April 2012 hold no more than about ${maxLineBytes}, and kernels cut their command line there`,
      remedy: 'Shorten the line: fewer or shorter kernel parameters, shorter URLs.',
    }))
}
