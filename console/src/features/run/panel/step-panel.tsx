import { useMemo } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { duration } from '../../../ui/format/time.ts'
import { Pill } from '../../../ui/glyph.tsx'
import { Button, IconButton } from '../../../ui/kit/button.tsx'
import { ProblemNote } from '../../../ui/kit/page.tsx'
import { Tabs } from '../../../ui/kit/tabs.tsx'
import type { RunEvent } from '../model/event.ts'
import { hasEnded, type Place } from '../model/live.ts'
import { lookOf, lookOfStep, placeAt } from '../model/look.ts'
import { partsOf, stepOf } from '../model/path.ts'
import type { StepDef } from '../model/steps.ts'
import { NodeIcon } from '../node-icon.tsx'
import { useNode } from '../queries.ts'
import { useRunNow, useRunView } from '../run-view.ts'
import { EventList } from './event-list.tsx'
import { Failure } from './failure.tsx'
import { InAndOut } from './in-and-out.tsx'
import { NowLine } from './now-line.tsx'
import styles from './panel.module.css'
import { ItemList, StepPlaces } from './place-list.tsx'
import { Resolve } from './resolve.tsx'
import { Settings } from './settings.tsx'
import { Tries } from './tries.tsx'

export function StepPanel({ step, path }: { step: StepDef; path: string }) {
  const { run, live, events, outline, tab, setTab, mayRun } = useRunView()
  const known = live.steps.get(step.key)
  const places = useMemo(() => [...(known?.spots.values() ?? [])].flat(), [known])
  // A step with a single place is shown as that place.
  const place = placeAt(live, path) ?? (places.length === 1 && path === step.key ? places[0]! : null)
  const isMany = place === null && places.length > 0
  const look = isMany ? lookOfStep(known, live.status) : lookOf(place, live.status)
  const state = `${place?.status} ${place?.attempt} ${place?.items?.done ?? ''}`
  const detail = useNode(run.id, place?.path ?? null, hasEnded(live.status) ? 'ended' : state)
  // While another place is loading, data of the previous one is not shown instead.
  const data = place !== null && detail.data?.path === place.path ? detail.data : undefined
  const own = useEventsOf(events, place?.path ?? path, live.lastSeq)
  const hasModel = [step.key, ...parentsOf(step.key)].some((key) =>
    outline.byKey.get(key)?.type.startsWith('ai.'),
  )
  const tabs = [
    ...(isMany
      ? [{ id: 'places', name: `Places ${places.length}` }]
      : [{ id: 'io', name: 'Input and output' }]),
    ...(place?.items ? [{ id: 'items', name: `Items ${place.items.count}` }] : []),
    ...(!isMany && places.length > 1 ? [{ id: 'places', name: `Places ${places.length}` }] : []),
    ...(isMany ? [] : [{ id: 'tries', name: `Tries ${place?.tries.length ?? 0}` }]),
    { id: 'events', name: `Events ${own.length}` },
    { id: 'settings', name: 'Settings' },
  ]
  const shown = tabs.some((one) => one.id === tab) ? tab : tabs[0]!.id
  return (
    <>
      <StepHead step={step} path={place?.path ?? path} look={look} place={place} />
      {!isMany && <NowLine place={place} tries={step.node.retry?.attempts} />}
      {place?.error && (place.status === 'failed' || place.status === 'unknown') && (
        <Failure error={place.error} />
      )}
      {place?.status === 'unknown' && mayRun && <Resolve path={place.path} />}
      {detail.isError && <ProblemNote problem={asProblem(detail.error)} />}
      <Tabs label="Of the step" tabs={tabs} value={shown} onChange={setTab}>
        <div className={styles.body} data-tab={shown}>
          {shown === 'io' && <InAndOut place={place} look={look} detail={data} hasModel={hasModel} />}
          {shown === 'items' && place?.items && <ItemList path={place.path} items={place.items} />}
          {shown === 'places' && <StepPlaces places={places} />}
          {shown === 'tries' && <Tries place={place} look={look} />}
          {shown === 'events' && <EventList events={own} />}
          {shown === 'settings' && <Settings step={step} detail={data} />}
        </div>
      </Tabs>
    </>
  )
}

/** The enclosing places of a step. */
const parentsOf = (key: string): string[] => key.split('.').map((_, at, all) => all.slice(0, at).join('.'))

/** The waits of the place, or for a step inside items, of all its places. */
function useEventsOf(events: readonly RunEvent[], at: string, lastSeq: number): readonly RunEvent[] {
  return useMemo(
    () => events.filter(({ path = '' }) => path === at || (isStep(at) && stepOf(path) === at)),
    [events, at, lastSeq],
  )
}

const isStep = (path: string): boolean => stepOf(path) === path && path.includes('.')

function StepHead({
  step,
  path,
  look,
  place,
}: {
  step: StepDef
  path: string
  look: Parameters<typeof Pill>[0]['status']
  place: Place | null
}) {
  const { run, live, choose, rerunFrom, mayRun } = useRunView()
  const now = useRunNow()
  const { item, frame } = partsOf(path)
  const mayRerun = mayRun && step.parent === null && step.undoes === null && run.workflowId !== null
  return (
    <header className={styles.head}>
      <NodeIcon type={step.type} />
      <div>
        <b className="cut" dir="auto" title={step.name}>
          {step.name}
          {item !== null && ` · item ${item}`}
        </b>
        <small className="mono cut" title={path}>
          {frame === '' && item === null ? step.id : path}
          {step.type && ` · ${step.type}`}
        </small>
      </div>
      <Pill status={look} />
      {place !== null && place.from !== null && (
        <span className="num dim wide-only">{duration(Math.max(0, (place.to ?? now) - place.from))}</span>
      )}
      <span className={styles.end}>
        {mayRerun && hasEnded(live.status) && (
          <Button size="small" icon="retry" foldsText onClick={() => rerunFrom(step.id)}>
            Rerun from here
          </Button>
        )}
        <IconButton icon="close" label="Close" onClick={() => choose(null)} />
      </span>
    </header>
  )
}
