/** How something stands. Each has a colour and a shape, for those who can't tell the colours apart. */
export type Tone = 'ok' | 'busy' | 'wait' | 'warn' | 'bad' | 'idle'

const shapes: Readonly<Record<Tone, string>> = {
  ok: 'M2 6.5 5 9.5 10 3',
  busy: 'M10 6A4 4 0 1 1 6 2',
  wait: 'M6 3V6L8.3 7.3M10.5 6A4.5 4.5 0 1 1 1.5 6A4.5 4.5 0 1 1 10.5 6',
  warn: 'M6 1.5 11 10.5H1ZM6 5V7.2M6 8.8V9',
  bad: 'M2.5 2.5 9.5 9.5M9.5 2.5 2.5 9.5',
  idle: 'M6 6h0.01',
}

export function Mark({ tone }: { tone: Tone }) {
  return (
    <svg class={`mark tone-${tone}`} viewBox="0 0 12 12" aria-hidden="true">
      <path d={shapes[tone]} />
    </svg>
  )
}
