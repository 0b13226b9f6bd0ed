// Who is let through a concurrency gate: decisions on what the gate knows, without clock, storage or network.
//  G1. At most `limit` runs are inside. Where the limit was lowered nobody is let in until there is room.
//  G2. Whoever waits in line is let in by place, first come first served. One that is held, because it is paused, keeps
//      its place and is passed over.
//  G3. A run that was replaced is outside at once, is never let in again, and stays known until it has heard so.
//  G4. A message of a run carries its `seq`; one that is older than the newest known changes nothing.

export type WhenFull = 'queue' | 'reject' | 'replace'

/** What a run wants of its gate: a slot, or to keep one; only its place in line; nothing now; nothing any more. */
export type GateNeed = 'slot' | 'place' | 'none' | 'gone'
/** `seq` is that of the run when it sent this. */
export type GateMessage = { need: GateNeed; seq: number }

export type GateRow = {
  readonly runId: string
  readonly place: number
  state: 'inside' | 'line' | 'held'
  /** Whether a run inside knows that it is. */
  told: boolean
  /** It has begun before, gave its slot away while it waited, and has come again. */
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

/** Ids whose row, or whose being replaced, has changed or gone: what is to be written. */
export type GateChanges = { rows: Set<string>; replaced: Set<string> }

export const newGate = (): Gate => ({ limit: 1, nextPlace: 1, rows: new Map(), replaced: new Set() })
export const noChanges = (): GateChanges => ({ rows: new Set(), replaced: new Set() })

export function enterGate(gate: Gate, ask: GateAsk, changes: GateChanges): 'inside' | 'line' | 'rejected' {
  const { runId, seq } = ask
  if (gate.replaced.has(runId)) return 'rejected'
  const known = gate.rows.get(runId)
  if (known !== undefined && seq < known.seq) return known.state === 'inside' ? 'inside' : 'line'
  // The limit is that of the newest start: a run of an older version that asks again does not bring its own back.
  if (known === undefined && !ask.again) gate.limit = ask.limit
  const row = known ?? { runId, place: gate.nextPlace++, state: 'held', told: true, again: false, seq }
  const isNew = row.state === 'held' && !ask.again
  row.seq = seq
  row.again ||= ask.again
  if (ask.held) row.state = 'held'
  else if (row.state === 'held') row.state = 'line'
  gate.rows.set(runId, row)
  changes.rows.add(runId)
  letIn(gate, changes)
  if (row.state === 'line' && isNew && ask.whenFull === 'reject') {
    gate.rows.delete(runId)
    return 'rejected'
  }
  if (row.state === 'line' && isNew && ask.whenFull === 'replace') replaceFor(gate, row, changes)
  if (row.state !== 'inside') return 'line'
  row.told = true
  return 'inside'
}

/** Lets in as many as there is room for. */
export function letIn(gate: Gate, changes: GateChanges): void {
  let free = gate.limit - countInside(gate)
  if (free <= 0) return
  for (const row of gate.rows.values()) {
    if (row.state !== 'line') continue
    row.state = 'inside'
    row.told = false
    changes.rows.add(row.runId)
    if (--free === 0) return
  }
}

/**
 * The newcomer takes the place of the oldest inside, and of those who have not begun: let in later, they would come
 * after a newer one. Who has begun and waits to go on keeps its place in line.
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

/** What a run has said, or answered when it was asked. */
export function hearRun(gate: Gate, runId: string, { need, seq }: GateMessage, changes: GateChanges): void {
  if (need === 'gone' && gate.replaced.delete(runId)) changes.replaced.add(runId)
  const row = gate.rows.get(runId)
  if (row === undefined || seq < row.seq) return
  row.seq = seq
  changes.rows.add(runId)
  if (need === 'slot') {
    if (row.state === 'inside') row.told = true
    else row.state = 'line'
  } else if (need === 'place') row.state = 'held'
  else gate.rows.delete(runId)
  letIn(gate, changes)
}

/** 0 is inside, 1 is next; null is not here. */
export function placeIn(gate: Gate, runId: string): number | null {
  return placesIn(gate, [runId])[runId] ?? null
}

/** One walk along the line, however many are asked for. */
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
