import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Overview } from '../../api/answers.ts'
import { Empty, Loading } from '../../parts/empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'

interface FiguresProps {
  query: Readonly<Record<string, string>>
  overview: Overview | undefined
}

/** The page of figures with its plots, half of all code, which is fetched when it is looked at. */
export function FiguresLater(props: FiguresProps) {
  const [Page, setPage] = useState<ComponentType<FiguresProps>>()
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    import('./figures-page.tsx').then(
      ({ FiguresPage }) => setPage(() => FiguresPage),
      () => setFailed(true),
    )
  }, [])
  if (Page !== undefined) return <Page {...props} />
  return (
    <>
      <PageHead title="Figures" />
      {failed ? <NotFetched /> : <Loading />}
    </>
  )
}

/** A browser does not ask again for a module that it could not get. */
function NotFetched() {
  return (
    <Empty title="This page could not be fetched.">
      <p>The API was away, or bootring was upgraded since the dashboard was opened.</p>
      <p>
        <button type="button" onClick={() => location.reload()}>
          Load it anew
        </button>
      </p>
    </Empty>
  )
}
