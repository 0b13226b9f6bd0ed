// The appearance of a step, a place and an edge.
import type { Live, Place, PlaceStatus, Step, Wait } from './live.ts'
import { hasEnded } from './live.ts'
import { partsOf, stepOf, withoutItem } from './path.ts'
import type { Outline, WireDef } from './steps.ts'

/** The displayed status. Waiting for something automatic is shown as sleeping. */
export type Look = PlaceStatus | 'sleeping'

const BY_ITSELF = new Set(['timer', 'child', 'retry', 'slot', 'start'])

export const endsByItself = ({ kind }: Wait): boolean => BY_ITSELF.has(kind)

export function lookOf(place: Place | null | undefined, runStatus: Live['status']): Look {
  if (!place) return hasEnded(runStatus) ? 'skipped' : 'pending'
  return place.status === 'waiting' && place.wait !== null && endsByItself(place.wait)
    ? 'sleeping'
    : place.status
}

/** For a step with many places, the active and waiting ones matter most. */
const FIRST: readonly PlaceStatus[] = ['waiting', 'unknown', 'running', 'retrying']
/** Next, for a step inside items, whether any of them failed. In a loop, the last round counts. */
const THEN: readonly PlaceStatus[] = ['failed', 'succeeded']

export function lookOfStep(step: Step | undefined, runStatus: Live['status']): Look {
  if (step === undefined) return lookOf(null, runStatus)
  const order = step.spots.size > 1 ? [...FIRST, ...THEN] : FIRST
  const first = order.find((status) => (step.counts[status] ?? 0) > 0)
  return first === undefined || step.last?.status === first ? lookOf(step.last, runStatus) : first
}

export const placesOf = (step: Step | undefined): number =>
  Object.values(step?.counts ?? {}).reduce((sum, one) => sum + one, 0)

/** What a card shows: the last round of a step, or the step itself if it is inside items. */
export function lastPlaceOf(live: Live, key: string): string {
  const spots = live.steps.get(key)?.spots
  const [only] = spots?.size === 1 ? spots.values() : []
  return only?.at(-1)?.path ?? key
}

/** A place by its path; null if nothing has happened there. */
export function placeAt(live: Live, path: string): Place | null {
  const { frame, item } = partsOf(path)
  const spot = live.steps.get(stepOf(path))?.spots.get(frame)
  const whole = item === null ? path : withoutItem(path)
  const place = spot?.findLast((one) => one.path === whole) ?? null
  if (item === null || place === null) return place
  return place.items?.places.get(item) ?? pureItem(place, item)
}

/** An item reported in a batch is only known to be done. */
function pureItem(place: Place, item: number): Place | null {
  const { items } = place
  if (items === null || item >= items.count) return null
  return {
    ...place,
    path: `${place.path}:${item}`,
    status: item < items.settled ? 'succeeded' : 'pending',
    attempt: item < items.settled ? 1 : 0,
    tries: [],
    from: null,
    to: null,
    wait: null,
    error: null,
    items: null,
  }
}

export type WireLook = 'taken' | 'live' | 'open' | 'dead'

/** An edge was taken if the run continued at its port. Both ends having run is not enough, because several edges may lead there. */
export function lookOfWire({ from, to, port }: WireDef, { steps, status }: Live): WireLook {
  const source = steps.get(from)
  if ((source?.ports.get(port) ?? 0) > 0) {
    const target = steps.get(to)?.counts
    return (target?.running ?? 0) + (target?.retrying ?? 0) > 0 ? 'live' : 'taken'
  }
  const isOver = source !== undefined && FIRST.every((one) => !source.counts[one])
  return hasEnded(status) || isOver ? 'dead' : 'open'
}

export const durationOf = ({ from, to }: Place): number | null =>
  from === null || to === null ? null : to - from

/** The kinds of waits of a run. */
export function kindsOf(live: Live): string[] {
  const kinds = [...live.waits.values()].map(({ kind }) => kind)
  if (live.status === 'queued') kinds.push(live.queuedFor === 'start_at' ? 'start' : 'slot')
  return kinds
}

/** How many steps a compensation would undo: they succeeded, and a step undoes them or they waited for another run. */
export const countUndoable = ({ steps }: Outline, live: Live): number =>
  steps.filter(
    ({ key, node, type }) =>
      (node.undo !== undefined || type === 'flow.workflow') &&
      hasSucceeded(live.steps.get(key)) &&
      !hasSucceeded(live.steps.get(`${key}!undo`)),
  ).length

const hasSucceeded = (step: Step | undefined): boolean => (step?.counts.succeeded ?? 0) > 0
