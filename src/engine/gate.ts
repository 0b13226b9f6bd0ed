// The decisions of a concurrency gate, made from its state, without clock, storage or network.
// G1. At most `limit` runs are inside. If the limit was lowered, no run is admitted until there is room.
// G2. Runs in line are admitted by place, first come first served. A run that is held, because it is paused, keeps
//     its place and is passed over.
// G3. A replaced run is outside immediately and is never admitted again. It is kept until it knows that.
// G4. A message of a run contains its `seq`. A message that is older than the newest known one changes nothing.

export type WhenFull = 'queue' | 'reject' | 'replace'

/**
 * What a run needs of its gate: `slot` to get or keep one, `place` to keep its place in line, `none` for now, `gone`
 * for good.
 */
export type GateNeed = 'slot' | 'place' | 'none' | 'gone'
/** `seq` is that of the run when it sent this. */
export type GateMessage = { need: GateNeed; seq: number }

export type GateRow = {
  readonly runId: string
  readonly place: number
  state: 'inside' | 'line' | 'held'
  /** Whether a run inside knows that it is. */
  notified: boolean
  /** The run has started before, gave up its slot while it waited, and needs one again. */
  again: boolean
  seq: number
}

export type Gate = {
  limit: number
  nextPlace: number
  /** In the order of their places. */
  readonly rows: Map<string, GateRow>
  readonly replaced: Set<string>
}

export type GateAsk = {
  runId: string
  limit: number
  whenFull: WhenFull
  again: boolean
  held: boolean
  seq: number
}

/** The ids of changed or deleted rows, and of changed entries in `replaced`: all of them must be written. */
export type GateChanges = { rows: Set<string>; replaced: Set<string> }

export const newGate = (): Gate => ({ limit: 1, nextPlace: 1, rows: new Map(), replaced: new Set() })
export const noChanges = (): GateChanges => ({ rows: new Set(), replaced: new Set() })

export function enterGate(gate: Gate, ask: GateAsk, changes: GateChanges): 'inside' | 'line' | 'rejected' {
  const { runId, seq } = ask
  if (gate.replaced.has(runId)) return 'rejected'
  const known = gate.rows.get(runId)
  if (known !== undefined && seq < known.seq) return known.state === 'inside' ? 'inside' : 'line'
  // The newest start sets the limit. A run of an older version that asks again does not restore its own.
  if (known === undefined && !ask.again) gate.limit = ask.limit
  const row = known ?? { runId, place: gate.nextPlace++, state: 'held', notified: true, again: false, seq }
  const isNew = row.state === 'held' && !ask.again
  row.seq = seq
  row.again ||= ask.again
  if (ask.held) row.state = 'held'
  else if (row.state === 'held') row.state = 'line'
  gate.rows.set(runId, row)
  changes.rows.add(runId)
  admitNext(gate, changes)
  if (row.state === 'line' && isNew && ask.whenFull === 'reject') {
    gate.rows.delete(runId)
    return 'rejected'
  }
  if (row.state === 'line' && isNew && ask.whenFull === 'replace') replaceFor(gate, row, changes)
  if (row.state !== 'inside') return 'line'
  row.notified = true
  return 'inside'
}

/** Admits as many runs as there is room for. */
export function admitNext(gate: Gate, changes: GateChanges): void {
  let free = gate.limit - countInside(gate)
  if (free <= 0) return
  for (const row of gate.rows.values()) {
    if (row.state !== 'line') continue
    row.state = 'inside'
    row.notified = false
    changes.rows.add(row.runId)
    if (--free === 0) return
  }
}

/**
 * The newcomer replaces the oldest run inside, and all waiting runs that have not started: they would otherwise start
 * after a newer one. A run that has started before keeps its place in line.
 */
function replaceFor(gate: Gate, newcomer: GateRow, changes: GateChanges): void {
  let tooMany = countInside(gate) - gate.limit + 1
  for (const row of gate.rows.values()) {
    if (row === newcomer) continue
    const goes = row.state === 'inside' ? tooMany-- > 0 : !row.again
    if (!goes) continue
    gate.rows.delete(row.runId)
    gate.replaced.add(row.runId)
    changes.rows.add(row.runId)
    changes.replaced.add(row.runId)
  }
  newcomer.state = 'inside'
}

/** Applies a message of a run, or its answer to a question. */
export function applyRunMessage(
  gate: Gate,
  runId: string,
  { need, seq }: GateMessage,
  changes: GateChanges,
): void {
  if (need === 'gone' && gate.replaced.delete(runId)) changes.replaced.add(runId)
  const row = gate.rows.get(runId)
  if (row === undefined || seq < row.seq) return
  row.seq = seq
  changes.rows.add(runId)
  if (need === 'slot') {
    if (row.state === 'inside') row.notified = true
    else row.state = 'line'
  } else if (need === 'place') row.state = 'held'
  else gate.rows.delete(runId)
  admitNext(gate, changes)
}

/** 0 is inside, 1 is next, null is not here. */
export function placeIn(gate: Gate, runId: string): number | null {
  return placesIn(gate, [runId])[runId] ?? null
}

/** Walks the line once for any number of runs. */
export function placesIn(gate: Gate, runIds: readonly string[]): Record<string, number> {
  const asked = new Set(runIds)
  const places: Record<string, number> = {}
  let before = 0
  for (const { runId, state } of gate.rows.values()) {
    if (asked.has(runId)) places[runId] = state === 'inside' ? 0 : before + 1
    if (state === 'line') before++
  }
  return places
}

export const countInside = (gate: Gate): number => {
  let inside = 0
  for (const { state } of gate.rows.values()) if (state === 'inside') inside++
  return inside
}
