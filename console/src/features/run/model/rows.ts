// The rows of the timeline: steps in topological order, and below them what is expanded: iterations, items, and the steps inside
// groups.
import type { Live, Place, Step, Try } from './live.ts'
import { type Look, lookOf, lookOfStep, placeAt, placesOf } from './look.ts'
import { inFrame, partsOf, withoutItem } from './path.ts'
import type { Span } from './scale.ts'
import type { Outline, StepDef } from './steps.ts'

export type Row = {
  /** What clicking it selects. */
  path: string
  /** The key for expanding it, unique to the row. */
  opens: string
  step: StepDef
  label: string
  depth: number
  look: Look
  tries: readonly Try[]
  /** Its duration so far. */
  from: number | null
  to: number | null
  /** `× 6`, or `12 / 200` while it is active. */
  tag: string | null
  failed: number
  isOpen: boolean
  canOpen: boolean
  /** A placeholder row: the named row has more entries than are shown. */
  more?: number
}

export const PAGE = 50

export type Opened = ReadonlyMap<string, number>

/** `asked` is how many entries of a row are shown. The selected one is always shown. */
export function rowsOf(outline: Outline, live: Live, asked: Opened, chosen: string | null = null): Row[] {
  const rows: Row[] = []
  const opened = chosen === null ? asked : withChosen(asked, chosen)
  const inside = (parent: string | null, frame: string, depth: number) => {
    for (const step of outline.children.get(parent) ?? []) stepRow(step, frame, depth)
  }

  const stepRow = (step: StepDef, frame: string, depth: number) => {
    const own = `${inFrame(frame, step.key.slice(step.parent === null ? 0 : step.parent.length + 1))}`
    const spot = live.steps.get(step.key)?.spots.get(frame) ?? []
    const place = spot.length > 1 ? null : (spot[0] ?? null)
    if (spot.length < 2) return placeRow(step, place, place?.path ?? own, step.name, depth)
    const shown = opened.get(`${own}~`)
    rows.push({
      ...rowOf(step, spot.at(-1)!, live, spot.at(-1)!.path, step.name, depth),
      opens: `${own}~`,
      tries: spot.flatMap(({ tries }) => tries),
      from: spot[0]!.from,
      tag: `↻ ${spot.length}`,
      canOpen: true,
      isOpen: shown !== undefined,
    })
    if (shown === undefined) return
    for (const [at, one] of spot.slice(0, shown).entries())
      placeRow(step, one, one.path, `Round ${at + 1}`, depth + 1)
    more(step, `${own}~`, spot.length - shown, depth + 1)
  }

  const placeRow = (step: StepDef, place: Place | null, path: string, label: string, depth: number) => {
    const shown = opened.get(path)
    const row = rowOf(step, place, live, path, label, depth)
    rows.push({ ...row, isOpen: row.canOpen && shown !== undefined })
    if (!row.canOpen || shown === undefined) return
    const items = place?.items
    if (!items) return inside(step.key, path, depth + 1)
    for (const item of itemsToShow(items, shown, itemIn(path, chosen))) {
      const own = `${path}:${item}`
      const one = placeAt(live, own)
      const itemRow = rowOf(step, one, live, own, `Item ${item}`, depth + 1)
      const canOpen = step.isGroup && one !== null && one.status !== 'pending'
      rows.push({ ...itemRow, canOpen, isOpen: canOpen && opened.has(own) })
      if (canOpen && opened.has(own)) inside(step.key, own, depth + 2)
    }
    more(step, path, items.count - shown, depth + 1)
  }

  const more = (step: StepDef, path: string, count: number, depth: number) => {
    if (count <= 0) return
    const look = lookOf(null, live.status)
    const nothing = { tries: [], from: null, to: null, tag: null, failed: 0, isOpen: false, canOpen: false }
    rows.push({ ...nothing, path, opens: path, step, label: `${count} more`, depth, look, more: count })
  }

  inside(null, '', 0)
  return rows
}

/** Everything around a place is expanded. */
export function withChosen(opened: Opened, chosen: string): Opened {
  const next = new Map(opened)
  const open = (opens: string) => next.set(opens, next.get(opens) ?? PAGE)
  const segments = chosen.split('.')
  for (let at = 0; at < segments.length; at++) {
    const path = segments.slice(0, at + 1).join('.')
    const { frame, id, iteration, item } = partsOf(path)
    if (iteration !== '') open(`${inFrame(frame, id)}~`)
    if (item !== null) open(withoutItem(path))
    if (at < segments.length - 1) open(path)
  }
  return next
}

function itemIn(path: string, chosen: string | null): number | null {
  const number = chosen?.startsWith(`${path}:`)
    ? Number.parseInt(chosen.slice(path.length + 1), 10)
    : Number.NaN
  return Number.isNaN(number) ? null : number
}

/** Failed and active ones first, then the others by number. */
export function itemsToShow(
  { count, places }: NonNullable<Place['items']>,
  most: number,
  also: number | null = null,
): number[] {
  const first: number[] = also === null ? [] : [also]
  for (const [item, { status }] of places) {
    if (first.length >= most) break
    if (status !== 'succeeded' && status !== 'skipped') first.push(item)
  }
  const shown = new Set(first.sort((a, b) => a - b))
  for (let item = 0; item < count && shown.size < most; item++) shown.add(item)
  return [...shown]
}

const OF_NOTE = new Set<Look>(['failed', 'waiting', 'unknown', 'running', 'retrying'])

/** The top-level steps that failed, wait for people or are active, with everything expanded below them. */
export function rowsOfNote(rows: readonly Row[]): Row[] {
  let isOfNote = false
  return rows.filter(({ depth, look, failed }) => {
    if (depth === 0) isOfNote = OF_NOTE.has(look) || failed > 0
    return isOfNote
  })
}

function rowOf(
  step: StepDef,
  place: Place | null,
  live: Live,
  path: string,
  label: string,
  depth: number,
): Row {
  const items = place?.items ?? null
  return {
    path,
    opens: path,
    step,
    label,
    depth,
    look: lookOf(place, live.status),
    tries: place?.tries ?? [],
    from: place?.from ?? null,
    to: place?.to ?? null,
    tag: items === null ? null : tagOf(items),
    failed: items?.failed ?? 0,
    canOpen: items !== null ? items.count > 0 : step.isGroup && !step.hasEach && place !== null,
    isOpen: false,
  }
}

export const tagOf = ({ count, done }: { count: number; done: number }): string =>
  done >= count ? `× ${count}` : `${done} / ${count}`

/** For a card in the graph: its appearance, its attempts, and the number of places and items. */
export function cardOf(step: StepDef, live: Live) {
  const known: Step | undefined = live.steps.get(step.key)
  const places = placesOf(known)
  const last = known?.last ?? null
  return {
    look: lookOfStep(known, live.status),
    tries: last?.attempt ?? 0,
    places,
    from: places === 1 ? (last?.from ?? null) : null,
    to: places === 1 ? (last?.to ?? null) : null,
    failed: known?.counts.failed ?? 0,
    items: step.hasEach && known !== undefined && known.items.count > 0 ? known.items : null,
  }
}

/** The periods of activity. Waiting counts as idle. A point in time gets a small width. */
export function workOf(live: Live, until: number): Span[] {
  const spans: Span[] = []
  const add = ({ tries }: Place) => {
    for (const { from, to, waited } of tries) {
      if (!waited) spans.push({ from, to: to ?? until })
      else {
        spans.push({ from, to: from })
        if (to !== null) spans.push({ from: to, to })
      }
    }
  }
  for (const { spots } of live.steps.values())
    for (const spot of spots.values())
      for (const place of spot) {
        // An `each` or a group is active while its parts are active or waiting.
        if (place.items === null) add(place)
        else for (const item of place.items.places.values()) add(item)
      }
  return spans
}

/** From the start of a run to its end, or to now. */
export function rangeOf(live: Live, createdAt: number, now: number): Span {
  const from = live.startedAt ?? createdAt
  return { from, to: live.endedAt ?? Math.max(now, from) }
}
