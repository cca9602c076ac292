import { styleText } from 'node:util'
import { type Output, showsColours, type TerminalEnvironment } from './output.ts'

export type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'bold' | 'dim'

export type Paint = (colour: Colour, text: string) => string

/** Colours text where `output` shows colours, and leaves it alone elsewhere. */
export function painter(output: Output, env: TerminalEnvironment = process.env): Paint {
  if (!showsColours(output, env)) return (_, text) => text
  return (colour, text) => styleText(colour, text, { validateStream: false })
}
