import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Overview } from '../../api/answers.ts'
import { Loading } from '../../parts/empty.tsx'

interface FiguresProps {
  query: Readonly<Record<string, string>>
  overview: Overview | undefined
}

/** The page of figures with its plots, half of all code, which is fetched when it is looked at. */
export function FiguresLater(props: FiguresProps) {
  const [Page, setPage] = useState<ComponentType<FiguresProps>>()
  useEffect(() => {
    import('./figures-page.tsx').then(({ FiguresPage }) => setPage(() => FiguresPage))
  }, [])
  return Page === undefined ? <Loading /> : <Page {...props} />
}
