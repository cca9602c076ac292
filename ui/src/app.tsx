import { useEffect, useRef } from 'preact/hooks'
import type { Overview } from './api/answers.ts'
import { useResource } from './api/use-resource.ts'
import { BootsPage } from './pages/boots/boots-page.tsx'
import { FiguresLater } from './pages/figures/figures-later.tsx'
import { FleetPage } from './pages/fleet/fleet-page.tsx'
import { NodePage } from './pages/node/node-page.tsx'
import { RingPage } from './pages/ring/ring-page.tsx'
import { Empty } from './parts/empty.tsx'
import { href, type Route, route } from './route.ts'
import { Banner } from './shell/banner.tsx'
import { Header } from './shell/header.tsx'
import { useStore } from './store.ts'

export function App() {
  const at = useStore(route)
  const { data: overview } = useResource<Overview>('overview', 5)
  const main = useRef<HTMLElement>(null)
  const place = `${at.page}/${at.id ?? ''}`
  const shown = useRef(place)
  useEffect(() => {
    if (shown.current === place) return
    shown.current = place
    scrollTo(0, 0)
    // Who can't see that the page has changed is taken to its heading.
    const { activeElement } = document
    const isInside = activeElement !== main.current && main.current?.contains(activeElement)
    if (!isInside) main.current?.querySelector('h1')?.focus({ preventScroll: true })
  }, [place])
  return (
    <>
      {/* A button, since the hash of a link is the address of a page here. */}
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Header page={at.page} overview={overview} />
      <Banner />
      <main id="main" ref={main} tabIndex={-1}>
        <Page at={at} overview={overview} />
      </main>
    </>
  )
}

function Page({ at, overview }: { at: Route; overview: Overview | undefined }) {
  switch (at.page) {
    case 'fleet':
      return <FleetPage query={at.query} overview={overview} />
    case 'boots':
      return <BootsPage query={at.query} overview={overview} />
    case 'ring':
      return <RingPage query={at.query} overview={overview} />
    case 'figures':
      return <FiguresLater query={at.query} overview={overview} />
    case 'nodes':
      if (at.id !== undefined) return <NodePage key={at.id} id={at.id} query={at.query} overview={overview} />
  }
  return (
    <Empty title="There is no such page.">
      <p>
        <a href={href('fleet')}>Go to the fleet</a>
      </p>
    </Empty>
  )
}
