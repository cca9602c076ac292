import { Mark, type Tone } from './mark.tsx'

export function Badge({ tone, text }: { tone: Tone; text: string }) {
  return (
    <span class={`badge tone-${tone}`}>
      <Mark tone={tone} />
      {text}
    </span>
  )
}
