// Positions linked boxes from top to bottom: in layers, with few crossings, each box near the boxes that it is linked to.
//  1. A box is below all its predecessors, and a box without predecessors is just above its successors.
//  2. A link across several layers reserves a slot in each, so that it does not cross boxes.
//  3. Boxes of a layer never overlap.
import type { Box, Link, Placed } from './columns.ts'

const GAP = { x: 28, y: 40 }
const SWEEPS = 8
const PASSES = 6
/** If there are more long links, they reserve no slots, because that would cost more than it helps. */
const MOST_HELD = 5_000

type Item = { box: Box | null; layer: number; x: number; width: number; above: Item[]; below: Item[] }

export function inLayers(boxes: readonly Box[], links: readonly Link[]): Placed[] {
  const forward = forwardOf(boxes, links)
  const items = itemsOf(boxes, forward)
  const layers: Item[][] = []
  for (const item of items) {
    layers[item.layer] ??= []
    layers[item.layer]!.push(item)
  }
  const ordered = fewestCrossings(layers)
  for (let pass = 0; pass < PASSES; pass++) place(ordered, pass % 2 === 0)
  return withHeights(ordered)
}

/** Links in topological order, without those that would close a cycle. */
function forwardOf(boxes: readonly Box[], links: readonly Link[]): Link[] {
  const outOf = Map.groupBy(links, ({ from }) => from)
  const open = new Map(boxes.map(({ id }) => [id, 0]))
  for (const { to } of links) open.set(to, (open.get(to) ?? 0) + 1)
  const order = new Map<string, number>()
  const ready = boxes.filter(({ id }) => open.get(id) === 0).map(({ id }) => id)
  const rest = boxes.map(({ id }) => id)
  for (let at = 0; order.size < boxes.length; at++) {
    // In a cycle, no box is ready, so the first remaining one starts it.
    const id = ready[at] ?? rest.find((one) => !order.has(one))!
    if (ready[at] === undefined) ready.push(id)
    if (order.has(id)) continue
    order.set(id, order.size)
    for (const { to } of outOf.get(id) ?? []) {
      open.set(to, open.get(to)! - 1)
      if (open.get(to) === 0) ready.push(to)
    }
  }
  return links
    .filter(({ from, to }) => order.get(from)! < order.get(to)!)
    .sort((a, b) => order.get(a.from)! - order.get(b.from)!)
}

function itemsOf(boxes: readonly Box[], links: readonly Link[]): Item[] {
  const layerOf = new Map(boxes.map(({ id }) => [id, 0]))
  for (const { from, to } of links) layerOf.set(to, Math.max(layerOf.get(to)!, layerOf.get(from)! + 1))
  // Boxes without predecessors are just above their successors.
  const isLed = new Set(links.map(({ to }) => to))
  for (const [from, own] of Map.groupBy(links, (link) => link.from))
    if (!isLed.has(from)) layerOf.set(from, Math.min(...own.map(({ to }) => layerOf.get(to)!)) - 1)
  const byId = new Map(boxes.map((box) => [box.id, newItem(box, layerOf.get(box.id)!, box.width)] as const))
  const items = [...byId.values()]
  const held = links.reduce((sum, { from, to }) => sum + layerOf.get(to)! - layerOf.get(from)! - 1, 0)
  for (const { from, to } of links) {
    const end = byId.get(to)!
    let above = byId.get(from)!
    for (let layer = above.layer + 1; layer < end.layer && held <= MOST_HELD; layer++) {
      const hold = newItem(null, layer, 0)
      items.push(hold)
      tie(above, hold)
      above = hold
    }
    tie(above, end)
  }
  return items
}

const newItem = (box: Box | null, layer: number, width: number): Item => ({
  box,
  layer,
  x: 0,
  width,
  above: [],
  below: [],
})

function tie(above: Item, below: Item): void {
  above.below.push(below)
  below.above.push(above)
}

/** Orders each layer by the mean position of linked boxes, alternating downwards and upwards, and keeps the best result. */
function fewestCrossings(layers: Item[][]): Item[][] {
  let best = layers.map((layer) => [...layer])
  let least = crossings(best)
  let now = best
  for (let sweep = 0; sweep < SWEEPS && least > 0; sweep++) {
    const isDown = sweep % 2 === 0
    const next = now.map((layer) => [...layer])
    const at = new Map<Item, number>()
    for (const layer of isDown ? next : next.toReversed()) {
      const middle = new Map(
        layer.map((item, index) => [
          item,
          mean(
            (isDown ? item.above : item.below).map((one) => at.get(one)),
            index,
          ),
        ]),
      )
      layer.sort((a, b) => middle.get(a)! - middle.get(b)!)
      for (const [index, item] of layer.entries()) at.set(item, index)
    }
    now = next
    const found = crossings(next)
    if (found < least) [best, least] = [next, found]
  }
  return best
}

function mean(values: readonly (number | undefined)[], otherwise: number): number {
  const known = values.filter((one) => one !== undefined)
  return known.length === 0 ? otherwise : known.reduce((sum, one) => sum + one, 0) / known.length
}

/** The number of crossings between two layers, counted with a Fenwick tree. */
function crossings(layers: readonly Item[][]): number {
  let found = 0
  for (const [layer, items] of layers.entries()) {
    const next = layers[layer + 1] ?? []
    const at = new Map(next.map((item, index) => [item, index]))
    const sums = new Array<number>(next.length + 1).fill(0)
    let seen = 0
    for (const item of items) {
      const ends = item.below.map((one) => at.get(one)).filter((one) => one !== undefined)
      for (const end of ends) {
        let before = 0
        for (let i = end + 1; i > 0; i -= i & -i) before += sums[i]!
        found += seen - before
      }
      for (const end of ends) for (let i = end + 1; i <= next.length; i += i & -i) sums[i]!++
      seen += ends.length
    }
  }
  return found
}

/** Moves each box as close to the center of its linked boxes as its neighbours allow. */
function place(layers: readonly Item[][], isDown: boolean): void {
  for (const layer of isDown ? layers : layers.toReversed()) {
    const wanted = layer.map((item) => {
      const ties = isDown ? item.above : item.below
      return mean(
        (ties.length > 0 ? ties : [...item.above, ...item.below]).map(({ x }) => x),
        item.x,
      )
    })
    for (const [index, x] of apart(layer, wanted).entries()) layer[index]!.x = x
  }
}

/** The positions closest to the desired ones that keep the order and the gaps. Neighbours that would overlap move as one block. */
function apart(layer: readonly Item[], wanted: readonly number[]): number[] {
  const offsets: number[] = []
  for (const [index, item] of layer.entries()) {
    const before = layer[index - 1]
    offsets.push(before === undefined ? 0 : offsets[index - 1]! + (before.width + item.width) / 2 + GAP.x)
  }
  const blocks: { sum: number; size: number }[] = []
  for (const [index, x] of wanted.entries()) {
    let block = { sum: x - offsets[index]!, size: 1 }
    for (
      let last = blocks.at(-1);
      last && last.sum / last.size >= block.sum / block.size;
      last = blocks.at(-1)
    ) {
      blocks.pop()
      block = { sum: last.sum + block.sum, size: last.size + block.size }
    }
    blocks.push(block)
  }
  const bases = blocks.flatMap(({ sum, size }) => new Array<number>(size).fill(sum / size))
  return bases.map((base, index) => base + offsets[index]!)
}

function withHeights(layers: readonly Item[][]): Placed[] {
  const placed: Placed[] = []
  let top = 0
  for (const layer of layers) {
    const height = Math.max(...layer.map(({ box }) => box?.height ?? 0))
    for (const { box, x } of layer) if (box !== null) placed.push({ ...box, x, y: top + height / 2 })
    top += height + GAP.y
  }
  return placed
}
