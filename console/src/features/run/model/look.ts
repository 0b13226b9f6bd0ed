// How a step, a place and an edge look, from what is known of them.
import type { Live, Place, PlaceStatus, Step, Wait } from './live.ts'
import { hasEnded } from './live.ts'
import { partsOf, stepOf, withoutItem } from './path.ts'
import type { WireDef } from './steps.ts'

/** What is drawn: waiting for what comes by itself is sleep. */
export type Look = PlaceStatus | 'sleeping'

const BY_ITSELF = new Set(['timer', 'child', 'retry', 'slot', 'start'])

export const comesByItself = ({ kind }: Wait): boolean => BY_ITSELF.has(kind)

export function lookOf(place: Place | null | undefined, runStatus: Live['status']): Look {
  if (!place) return hasEnded(runStatus) ? 'skipped' : 'pending'
  return place.status === 'waiting' && place.wait !== null && comesByItself(place.wait)
    ? 'sleeping'
    : place.status
}

/** What is open is most worth knowing of a step with many places. */
const FIRST: readonly PlaceStatus[] = ['waiting', 'unknown', 'running', 'retrying']
/** Then, of one inside of items, whether it failed in any of them. In a loop the last round counts. */
const THEN: readonly PlaceStatus[] = ['failed', 'succeeded']

export function lookOfStep(step: Step | undefined, runStatus: Live['status']): Look {
  if (step === undefined) return lookOf(null, runStatus)
  const order = step.spots.size > 1 ? [...FIRST, ...THEN] : FIRST
  const first = order.find((status) => (step.counts[status] ?? 0) > 0)
  return first === undefined || step.last?.status === first ? lookOf(step.last, runStatus) : first
}

export const placesOf = (step: Step | undefined): number =>
  Object.values(step?.counts ?? {}).reduce((sum, one) => sum + one, 0)

/** What a card stands for: the last round of a step, or the step itself when it is inside of items. */
export function lastPlaceOf(live: Live, key: string): string {
  const spots = live.steps.get(key)?.spots
  const [only] = spots?.size === 1 ? spots.values() : []
  return only?.at(-1)?.path ?? key
}

/** A place by its path; null before anything happened in it. */
export function placeAt(live: Live, path: string): Place | null {
  const { frame, item } = partsOf(path)
  const spot = live.steps.get(stepOf(path))?.spots.get(frame)
  const whole = item === null ? path : withoutItem(path)
  const place = spot?.findLast((one) => one.path === whole) ?? null
  if (item === null || place === null) return place
  return place.items?.places.get(item) ?? pureItem(place, item)
}

/** Of an item that was told in a batch no more is known than that it is done. */
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

/** A way was taken when the run went on at its port. That both ends ran does not say so: several ways may lead there. */
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

/** The kinds of what a run waits for. */
export function kindsOf(live: Live): string[] {
  const kinds = [...live.waits.values()].map(({ kind }) => kind)
  if (live.status === 'queued') kinds.push(live.queuedFor === 'start_at' ? 'start' : 'slot')
  return kinds
}
