// Positions cards and frames: in layers, then moved to half columns. An open group is laid out by itself and is one large box for
// everything around it.
import { type Box, CARD, ownPlaces, type Placed, toColumns } from '../model/columns.ts'
import { inLayers } from '../model/layers.ts'
import type { Outline, StepDef } from '../model/steps.ts'

/** `x` and `y` are the upper left corner, `depth` is the number of enclosing frames. */
export type Spot = { x: number; y: number; width: number; height: number; depth: number; isFrame: boolean }
export type Layout = { spots: ReadonlyMap<string, Spot>; right: number }

const FRAME = { top: 44, side: 16 }

export function layOut(outline: Outline, open: ReadonlySet<string>): Layout {
  const { spots, width } = layOutInside(outline, null, open, 0)
  return { spots, right: width }
}

type Part = { spots: Map<string, Spot>; width: number; height: number }

function layOutInside(
  outline: Outline,
  parent: string | null,
  open: ReadonlySet<string>,
  depth: number,
): Part {
  const steps = outline.children.get(parent) ?? []
  const inner = new Map<string, Part>()
  const boxes = new Map<string, Box>()
  for (const step of steps) {
    const isOpen = step.isGroup && open.has(step.key)
    const part = isOpen ? layOutInside(outline, step.key, open, depth + 1) : null
    if (part) inner.set(step.key, part)
    boxes.set(step.key, {
      id: step.key,
      width: part ? part.width + 2 * FRAME.side : CARD.width,
      height: part ? part.height + FRAME.top + FRAME.side : CARD.height,
    })
  }
  const links = outline.wires.filter(({ from, to, isBack }) => !isBack && boxes.has(from) && boxes.has(to))
  const placed =
    (inner.size === 0 && places(steps, boxes)) || toColumns(inLayers([...boxes.values()], links), links)
  const left = Math.min(...placed.map((one) => one.x - one.width / 2))
  const top = Math.min(...placed.map((one) => one.y - one.height / 2))
  const spots = new Map<string, Spot>()
  for (const { id, x, y, width, height } of placed) {
    const at = { x: x - width / 2 - left, y: y - height / 2 - top }
    const part = inner.get(id)
    spots.set(id, { ...at, width, height, depth, isFrame: part !== undefined })
    for (const [key, spot] of part?.spots ?? [])
      spots.set(key, { ...spot, x: spot.x + at.x + FRAME.side, y: spot.y + at.y + FRAME.top })
  }
  const own = [...spots.values()]
  return {
    spots,
    width: Math.max(0, ...own.map((spot) => spot.x + spot.width)),
    height: Math.max(0, ...own.map((spot) => spot.y + spot.height)),
  }
}

const places = (steps: readonly StepDef[], boxes: ReadonlyMap<string, Box>): Placed[] | null =>
  ownPlaces(
    steps.map(({ key, node }) => ({ id: key, position: node.position })),
    boxes,
  )
