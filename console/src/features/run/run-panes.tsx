import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { useNarrow } from '../../ui/use-media.ts'
import { lastPlaceOf } from './model/look.ts'
import { Panel } from './panel/panel.tsx'
import type { View } from './routes.ts'
import styles from './run.module.css'
import { RunSplit } from './run-split.tsx'
import { useRunView } from './run-view.ts'
import { Timeline } from './timeline/timeline.tsx'

/** The largest part of the page is loaded separately, so that the timeline does not wait for it. */
const GraphView = lazy(() => import('./graph/graph.tsx').then((parts) => ({ default: parts.GraphView })))

const VIEWS = [
  { id: 'timeline', name: 'Timeline' },
  { id: 'graph', name: 'Graph' },
  { id: 'details', name: 'Details' },
]

/** Graph, timeline and panel side by side, or one at a time on a phone. They share one selection. */
export function RunPanes({ hasSteps }: { hasSteps: boolean }) {
  const { choose } = useRunView()
  const { view: asked, node } = useSearch({ from: '/shell/runs/$id' })
  const go = useNavigate({ from: '/runs/$id' })
  const isNarrow = useNarrow()
  if (!hasSteps)
    return (
      <div className={styles.one}>
        <Panel />
      </div>
    )
  if (!isNarrow)
    return <RunSplit graph={<Graph />} timeline={<Timeline onChoose={choose} />} panel={<Panel />} />
  // On a phone, a selection switches to the panel, and so does a link to a step.
  const view = asked ?? (node === undefined ? 'timeline' : 'details')
  const show = (path: string) =>
    void go({ search: (old) => ({ ...old, node: path, view: 'details' as const }), replace: true })
  return (
    <>
      <div className={styles.views}>
        <Tabs
          look="box"
          label="View"
          tabs={VIEWS}
          value={view}
          onChange={(next) => void go({ search: (old) => ({ ...old, view: next as View }), replace: true })}
        />
      </div>
      <div className={styles.one}>
        {view === 'graph' && <Graph onChoose={show} />}
        {view === 'details' && <Panel />}
        {view === 'timeline' && <Timeline onChoose={show} />}
      </div>
    </>
  )
}

/** Laying out a thousand cards takes a while, so the page is shown first. */
function Graph({ onChoose }: { onChoose?: (path: string) => void }) {
  const { drawn, live, chosen, choose } = useRunView()
  const [isReady, setReady] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setReady(true), 0)
    return () => clearTimeout(timer)
  }, [])
  if (!isReady) return null
  return (
    <Suspense>
      <GraphView
        outline={drawn}
        live={live}
        chosen={chosen}
        onChoose={(key) => {
          const path = key === null ? null : lastPlaceOf(live, key)
          if (path !== null && onChoose) onChoose(path)
          else choose(path)
        }}
      />
    </Suspense>
  )
}
