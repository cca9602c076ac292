import { useEffect, useRef, useState } from 'preact/hooks'
import type { Boot } from '../../../../src/model/boots.ts'
import { counted } from '../../format.ts'
import { verdictTone } from '../../parts/verdict-tone.ts'

const tellEveryMilliseconds = 20_000

/** Sums up for screen readers what has come, now and then: a line for each boot would never let them rest. */
export function NewsForReaders({ boots }: { boots: readonly Boot[] }) {
  const [text, setText] = useState('')
  const newest = useRef(boots)
  newest.current = boots
  useEffect(() => {
    // By their ids: the clocks of browser and servers differ.
    let told: number | undefined
    const timer = setInterval(() => {
      const before = told
      told = newest.current.reduce((most, { id }) => Math.max(most, id), before ?? 0)
      if (before === undefined) return
      const since = newest.current.filter(({ id }) => id > before)
      if (since.length === 0) return
      const wrong = since.filter((boot) => verdictTone(boot.verdict) === 'bad').length
      setText(`${counted(since.length, 'new boot')}${wrong > 0 ? `, ${wrong} went wrong` : ''}`)
    }, tellEveryMilliseconds)
    return () => clearInterval(timer)
  }, [])
  return (
    <p class="hidden" role="status">
      {text}
    </p>
  )
}
