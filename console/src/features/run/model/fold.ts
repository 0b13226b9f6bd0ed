// Computes what a screen shows from events. The same fold processes the log of an ended run, events from the socket, and tests.
//  1. It is pure: returned values never change.
//  2. Each event is applied once. After a gap, no events are applied until the gap is filled.
//  3. The cost of a batch depends on what it changes, not on the size of the run.
import type { RunEvent } from './event.ts'
import type { Live, Place, Spot, Step, Wait } from './live.ts'
import { partsOf, stepOf, withoutItem } from './path.ts'
import { changePlace, isOpenWait, NEW_PLACE, type Own, settleItems, tallyItem } from './place.ts'

type Change = { -readonly [Key in keyof Live]: Live[Key] } & {
  waits: Map<string, Wait>
  steps: Map<string, Step>
}
type OpenStep = Omit<Step, 'spots' | 'counts' | 'ports'> & {
  spots: Map<string, Spot>
  counts: Step['counts']
  ports: Map<string, number>
}

/** Objects that were copied in this batch and may be changed in place. */
type Batch = { steps: Set<string>; maps: Own }

const RUN_STATUS: Record<string, Live['status']> = {
  'run.queued': 'queued',
  'run.started': 'running',
  'run.running': 'running',
  'run.waiting': 'waiting',
  'run.paused': 'paused',
  'run.resumed': 'running',
  'run.undoing': 'running',
  'run.succeeded': 'succeeded',
  'run.failed': 'failed',
  'run.cancelled': 'cancelled',
}

export function fold(live: Live, events: readonly RunEvent[]): Live {
  let next: Change | null = null
  const batch: Batch = { steps: new Set(), maps: new WeakSet() }
  let hasHole = false
  for (const event of events) {
    const { lastSeq } = next ?? live
    if (event.seq <= lastSeq) continue
    hasHole = event.seq > lastSeq + 1
    if (hasHole) break
    next ??= { ...live, waits: new Map(live.waits), steps: new Map(live.steps) }
    next.lastSeq = event.seq
    next.progress = event.progress ?? next.progress
    if (event.type.startsWith('run.')) changeRun(next, event)
    else if (event.path !== undefined) changeStep(next, event, event.path, batch)
  }
  if (next === null) return live.hasHole === hasHole ? live : { ...live, hasHole }
  next.hasHole = hasHole
  return next
}

function changeRun(next: Change, event: RunEvent): void {
  const at = Date.parse(event.at)
  next.status = RUN_STATUS[event.type] ?? next.status
  next.queuedFor = event.type === 'run.queued' ? (event.reason ?? null) : null
  if (event.type === 'run.started') next.startedAt = at
  if (event.type === 'run.undoing') next.isUndoing = true
  if (event.type === 'run.failed') next.error = event.error ?? null
  if (event.type === 'run.succeeded' || event.type === 'run.failed' || event.type === 'run.cancelled') {
    next.endedAt = at
    next.waits.clear()
  }
  if (event.type === 'run.succeeded') next.progress = 100
}

function changeStep(next: Change, event: RunEvent, path: string, batch: Batch): void {
  const key = stepOf(path)
  const step = openStep(next, key, batch.steps)
  const { frame, item } = partsOf(path)
  const whole = item === null ? path : withoutItem(path)
  const spot = step.spots.get(frame) ?? []
  const at = spot.findLastIndex((one) => one.path === whole)
  const before: Place = spot[at] ?? { ...NEW_PLACE, path: whole }
  const after =
    event.type === 'items.settled'
      ? settleItems(before, event, batch.maps)
      : item === null
        ? changePlace(before, event)
        : tallyItem(before, item, path, event, batch.maps)
  if (after === before) return
  step.spots.set(frame, at < 0 ? [...spot, after] : spot.with(at, after))
  step.last = after
  count(step, at < 0 ? null : before, after)
  if (item === null && after.port !== null && after.port !== before.port)
    step.ports.set(after.port, (step.ports.get(after.port) ?? 0) + 1)
  const changed = item === null ? after : after.items?.places.get(item)
  if (changed?.wait && isOpenWait(changed)) next.waits.set(path, changed.wait)
  else next.waits.delete(path)
}

/** Copies a step at its first change in a batch, so that returned values stay unchanged. */
function openStep(next: Change, key: string, opened: Set<string>): OpenStep {
  const old = next.steps.get(key)
  if (old !== undefined && opened.has(key)) return old as OpenStep
  opened.add(key)
  const step: OpenStep =
    old === undefined
      ? {
          key,
          spots: new Map(),
          counts: {},
          items: { count: 0, done: 0, failed: 0 },
          ports: new Map(),
          last: null,
        }
      : { ...old, spots: new Map(old.spots), ports: new Map(old.ports) }
  next.steps.set(key, step)
  return step
}

function count(step: OpenStep, before: Place | null, after: Place): void {
  if (before?.status !== after.status) {
    const counts = { ...step.counts, [after.status]: (step.counts[after.status] ?? 0) + 1 }
    if (before !== null) counts[before.status] = (counts[before.status] ?? 1) - 1
    step.counts = counts
  }
  const [old, now] = [before?.items, after.items]
  if (old === now) return
  step.items = {
    count: step.items.count + (now?.count ?? 0) - (old?.count ?? 0),
    done: step.items.done + (now?.done ?? 0) - (old?.done ?? 0),
    failed: step.items.failed + (now?.failed ?? 0) - (old?.failed ?? 0),
  }
}
