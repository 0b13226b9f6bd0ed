// Converts layers to positions on half columns, so that a successor is straight below its predecessor.

export const CARD = { width: 224, height: 52 }
const GAP = 28
/** Half the width of a card with its gap. */
export const HALF = (CARD.width + GAP) / 2

export type Box = { id: string; width: number; height: number }
/** `x` and `y` are the center. */
export type Placed = Box & { x: number; y: number }
export type Link = { from: string; to: string }

export function toColumns(boxes: readonly Placed[], links: readonly Link[]): Placed[] {
  const byId = new Map(boxes.map((box) => [box.id, { ...box }]))
  const into = new Map<string, string[]>()
  const outOf = new Map<string, number>()
  for (const { from, to } of links) {
    into.set(to, [...(into.get(to) ?? []), from])
    outOf.set(from, (outOf.get(from) ?? 0) + 1)
  }
  /** The right edge of the boxes in a row so far. */
  const edges = new Map<number, number>()
  const sorted = [...byId.values()].sort((a, b) => a.y - b.y || a.x - b.x)
  for (const box of sorted) {
    const before = into.get(box.id) ?? []
    const only = before.length === 1 && outOf.get(before[0]!) === 1 ? byId.get(before[0]!) : undefined
    const wanted = only !== undefined && Math.abs(only.x - box.x) < HALF * 2 ? only.x : box.x
    let slot = Math.round(wanted / HALF)
    const edge = edges.get(box.y)
    if (edge !== undefined) slot = Math.max(slot, Math.ceil((edge + GAP + box.width / 2) / HALF - 1e-6))
    box.x = slot * HALF
    edges.set(box.y, box.x + box.width / 2)
  }
  return sorted
}

/** The positions in the definition, if all of its nodes have one. */
export function ownPlaces(
  nodes: readonly { id: string; position?: unknown }[],
  boxes: ReadonlyMap<string, Box>,
): Placed[] | null {
  const placed: Placed[] = []
  for (const { id, position } of nodes) {
    const { x, y } = (position ?? {}) as { x?: unknown; y?: unknown }
    const box = boxes.get(id)
    if (typeof x !== 'number' || typeof y !== 'number' || box === undefined) return null
    placed.push({ ...box, x: x + box.width / 2, y: y + box.height / 2 })
  }
  return placed.length === 0 ? null : placed
}

/** Ports in the order of their targets, so that their wires do not cross. */
export function portsInOrder(
  ways: readonly { port: string; to: string }[],
  xOf: (id: string) => number,
): string[] {
  const least = new Map<string, number>()
  for (const { port, to } of ways) least.set(port, Math.min(least.get(port) ?? Infinity, xOf(to)))
  return [...least].sort(([, a], [, b]) => a - b).map(([port]) => port)
}

/** A path from the bottom of a box to the top of another: straight down, then across just above its end. */
export function wirePath(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const dx = to.x - from.x
  if (Math.abs(dx) < 1) return `M${from.x} ${from.y}V${to.y}`
  const r = Math.min(10, Math.abs(dx) / 2)
  const mid = to.y - 17
  const s = Math.sign(dx)
  return `M${from.x} ${from.y}V${mid - r}Q${from.x} ${mid} ${from.x + s * r} ${mid}H${to.x - s * r}Q${to.x} ${mid} ${to.x} ${mid + r}V${to.y}`
}

/** A loop edge goes around on the right. */
export function loopPath(
  from: { x: number; y: number },
  to: { x: number; y: number },
  right: number,
): string {
  const r = 10
  const [low, high] = [from.y + 14, to.y - 14]
  return [
    `M${from.x} ${from.y}V${low - r}Q${from.x} ${low} ${from.x + r} ${low}`,
    `H${right - r}Q${right} ${low} ${right} ${low - r}`,
    `V${high + r}Q${right} ${high} ${right - r} ${high}`,
    `H${to.x + r}Q${to.x} ${high} ${to.x} ${high + r}V${to.y}`,
  ].join('')
}
