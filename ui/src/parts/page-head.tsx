import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'

/** The heading of a page; also its title in the browser. What stands beside it sums the page up. */
export function PageHead({ title, children }: { title: string; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · bootring`
  }, [title])
  return (
    <div class="page-head">
      <h1 tabIndex={-1}>{title}</h1>
      <p class="summary">{children}</p>
    </div>
  )
}
