// How an event changes a place of a run.
import type { RunEvent } from './event.ts'
import { type Items, isSettled, type Place, type Try } from './live.ts'

export const NEW_PLACE: Place = {
  path: '',
  status: 'pending',
  attempt: 0,
  tries: [],
  from: null,
  to: null,
  wait: null,
  reason: null,
  error: null,
  port: null,
  isAdopted: false,
  reported: undefined,
  items: null,
}

/** Includes places that wait for a retry or have an unknown outcome, because they still need something. */
export const isOpenWait = ({ status }: Place): boolean =>
  status === 'waiting' || status === 'retrying' || status === 'unknown'

export function changePlace(place: Place, event: RunEvent): Place {
  const at = Date.parse(event.at)
  const attempt = event.attempt ?? place.attempt
  switch (event.type) {
    case 'node.started':
      return {
        ...place,
        status: 'running',
        attempt,
        from: place.from ?? at,
        to: null,
        wait: null,
        reason: null,
        tries: [...closed(place, at, 'failed'), newTry(attempt, at)],
      }
    case 'node.expanded':
      return {
        ...place,
        items: { count: event.count ?? 0, done: 0, failed: 0, settled: 0, places: new Map() },
      }
    case 'node.progress':
      return { ...place, reported: event.data }
    case 'node.waiting': {
      const { kind = 'signal', name = null, until } = event.wait ?? {}
      const open = place.tries.at(-1)
      const tries = open?.to === null ? place.tries : [...place.tries, newTry(attempt, at)]
      return {
        ...place,
        status: 'waiting',
        attempt,
        from: place.from ?? at,
        tries: tries.with(-1, { ...tries.at(-1)!, waited: true }),
        wait: { kind, name, since: at, until: until === undefined ? null : Date.parse(until) },
      }
    }
    case 'node.retrying':
      return {
        ...place,
        status: 'retrying',
        attempt,
        from: place.from ?? at,
        reason: event.reason ?? null,
        error: event.error ?? null,
        tries: closed(place, at, 'failed', event, true),
        wait: {
          kind: 'retry',
          name: event.error?.code ?? null,
          since: at,
          until: event.nextAt === undefined ? null : Date.parse(event.nextAt),
        },
      }
    case 'node.unknown':
      return {
        ...place,
        status: 'unknown',
        error: event.error ?? null,
        tries: closed(place, at, 'failed', event),
        wait: { kind: 'resolve', name: null, since: at, until: null },
      }
    case 'node.succeeded':
      return settle(place, event, at, 'succeeded')
    case 'node.failed':
      return settle(place, event, at, 'failed')
    case 'node.cancelled':
      return {
        ...place,
        status: 'cancelled',
        to: at,
        wait: null,
        tries: closed(place, at, 'cancelled'),
      }
    case 'node.skipped':
      return { ...place, status: 'skipped', reason: event.reason ?? null }
    default:
      return place
  }
}

function settle(place: Place, event: RunEvent, at: number, outcome: 'succeeded' | 'failed'): Place {
  const isAdopted = event.adopted === true
  return {
    ...place,
    status: outcome,
    attempt: event.attempt ?? Math.max(1, place.attempt),
    from: place.from ?? at,
    to: at,
    wait: null,
    reason: null,
    // A handled failure continues at its port. A success without a port continues at `main`.
    port: event.port ?? (outcome === 'succeeded' ? 'main' : null),
    error: outcome === 'failed' ? (event.error ?? null) : null,
    isAdopted,
    tries: isAdopted ? [] : closed(place, at, outcome, event, true),
  }
}

const newTry = (attempt: number, from: number): Try => ({
  attempt,
  from,
  to: null,
  outcome: 'open',
  waited: false,
  error: null,
})

/** Ends the last attempt. Nodes that only compute have no start event; with `always`, they get an attempt without duration. */
function closed(
  place: Place,
  at: number,
  outcome: Try['outcome'],
  event?: RunEvent,
  always = false,
): readonly Try[] {
  const open = place.tries.at(-1)
  const end = { to: at, outcome, error: (outcome === 'failed' && event?.error) || null }
  if (open?.to === null) return place.tries.with(-1, { ...open, ...end })
  const isRecorded = open !== undefined && open.attempt === (event?.attempt ?? open.attempt)
  return always && !isRecorded
    ? [...place.tries, { ...newTry(event?.attempt ?? 1, at), ...end }]
    : place.tries
}

/** The maps created in this batch. Nothing else refers to them, so they may be changed in place. */
export type Own = WeakSet<ReadonlyMap<number, Place>>

function openMap(map: ReadonlyMap<number, Place>, own: Own): Map<number, Place> {
  if (own.has(map)) return map as Map<number, Place>
  const copy = new Map(map)
  own.add(copy)
  return copy
}

/** Items that only compute are reported in batches. */
export function settleItems(place: Place, event: RunEvent, own: Own): Place {
  const { from = 0, count = 0, failed = [] } = event
  const items = place.items ?? NO_ITEMS
  const places = failed.length === 0 ? items.places : openMap(items.places, own)
  for (const { item, error } of failed)
    (places as Map<number, Place>).set(item, {
      ...NEW_PLACE,
      path: `${place.path}:${item}`,
      status: 'failed',
      attempt: 1,
      error,
    })
  return {
    ...place,
    items: {
      ...items,
      places,
      done: items.done + count,
      failed: items.failed + failed.length,
      settled: Math.max(items.settled, from + count),
    },
  }
}

const NO_ITEMS: Items = { count: 0, done: 0, failed: 0, settled: 0, places: new Map() }

/** An item that is processed individually. */
export function tallyItem(place: Place, item: number, path: string, event: RunEvent, own: Own): Place {
  const items = place.items ?? NO_ITEMS
  const before = items.places.get(item) ?? { ...NEW_PLACE, path }
  const after = changePlace(before, event)
  if (after === before) return place
  const gain = (is: (one: Place) => boolean) => Number(is(after)) - Number(is(before))
  return {
    ...place,
    items: {
      ...items,
      count: Math.max(items.count, item + 1),
      places: openMap(items.places, own).set(item, after),
      done: items.done + gain(({ status }) => isSettled(status)),
      failed: items.failed + gain(({ status }) => status === 'failed'),
    },
  }
}
