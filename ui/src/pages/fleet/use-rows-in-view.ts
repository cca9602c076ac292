import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'

/** Rows beyond the edges that are there before they are scrolled to. */
const margin = 12
/** The window moves in steps, so that most scrolling changes nothing in the page. */
const step = 8

/** Which of so many rows of the same height, that begin where this element does, the window shows. */
export function useRowsInView(
  element: RefObject<HTMLElement | null>,
  rows: number,
  rowHeight: number,
): { first: number; last: number } {
  const [view, setView] = useState({ first: 0, last: 40 })
  useLayoutEffect(() => {
    let frame = 0
    const measure = () => {
      frame = 0
      const top = element.current?.getBoundingClientRect().top ?? 0
      const first = Math.max(0, Math.floor((-top / rowHeight - margin) / step) * step)
      const last = Math.ceil(((innerHeight - top) / rowHeight + margin) / step) * step
      setView((before) => (before.first === first && before.last === last ? before : { first, last }))
    }
    const soon = () => {
      frame ||= requestAnimationFrame(measure)
    }
    measure()
    addEventListener('scroll', soon, { passive: true })
    addEventListener('resize', soon)
    return () => {
      cancelAnimationFrame(frame)
      removeEventListener('scroll', soon)
      removeEventListener('resize', soon)
    }
  }, [rows, rowHeight])
  return { first: Math.min(view.first, Math.max(0, rows - 1)), last: Math.min(view.last, rows) }
}
