// The cards and wires of the graph for React Flow. An unchanged card stays the same object, so that of a thousand cards only the
// changed ones are drawn again.
import type { Edge, Node } from '@xyflow/react'
import { useMemo, useRef } from 'react'
import { portsInOrder } from '../model/columns.ts'
import type { Live } from '../model/live.ts'
import { lookOfWire } from '../model/look.ts'
import { stepOf } from '../model/path.ts'
import { cardOf } from '../model/rows.ts'
import type { Outline, StepDef, WireDef } from '../model/steps.ts'
import type { Layout, Spot } from './graph-layout.ts'
import type { Card, CardData } from './node-card.tsx'
import type { WireData } from './wire.tsx'

export type Marks = ReadonlyMap<string, Pick<Card, 'mark' | 'other'>>
type Look = { live: Live | null; chosen: string | null; marks: Marks | undefined }

const BESIDE = 22
const NO_MARK: Pick<Card, 'mark' | 'other'> = { mark: null, other: null }
const PLAIN: Omit<Card, 'mark' | 'other'> = {
  look: null,
  tries: 0,
  places: 0,
  from: null,
  to: null,
  failed: 0,
  items: null,
}

export function useFlow(
  outline: Outline,
  layout: Layout,
  onFold: (key: string) => void,
  { live, chosen, marks }: Look,
) {
  const ports = useMemo(() => portsOf(outline, layout), [outline, layout])
  const last = useRef(new Map<string, Node<CardData>>())
  const chosenStep = chosen === null ? null : drawnAround(stepOf(chosen), layout)

  const nodes = [...layout.spots].map(([key, spot]): Node<CardData> => {
    const step = outline.byKey.get(key)!
    const card: Card = {
      ...(live === null ? PLAIN : cardOf(step, live)),
      ...(marks?.get(key) ?? NO_MARK),
    }
    const known = last.current.get(key)
    const isChosen = chosenStep === key
    if (known && known.data.isChosen === isChosen && isSpot(known, spot) && isSame(known.data.card, card))
      if (known.data.step === step) return known
    const node = nodeOf(step, spot, card, isChosen, ports.get(key) ?? ['main'], onFold)
    last.current.set(key, node)
    return node
  })
  const edges = useMemo(
    () =>
      outline.wires
        .filter(({ from, to }) => layout.spots.has(from) && layout.spots.has(to))
        .map(
          (wire): Edge<WireData> => ({
            id: wire.id,
            source: wire.from,
            sourceHandle: wire.port,
            target: wire.to,
            type: 'wire',
            focusable: false,
            zIndex: layout.spots.get(wire.from)?.depth ?? 0,
            data: {
              look: live === null ? 'taken' : lookOfWire(wire, live),
              right: wire.isBack ? besideOf(layout, wire.from, wire.to) : null,
              port: wire.port === 'main' ? '' : wire.port,
            },
          }),
        ),
    [outline, layout, live],
  )
  return { nodes, edges }
}

/** Clicking inside a card selects the card. */
function drawnAround(key: string, { spots }: Layout): string | null {
  for (let at = key; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.'))))
    if (spots.has(at)) return at
  return null
}

const nodeOf = (
  step: StepDef,
  { x, y, width, height, depth, isFrame }: Spot,
  card: Card,
  isChosen: boolean,
  ports: string[],
  onFold: (key: string) => void,
): Node<CardData> => ({
  id: step.key,
  type: 'card',
  position: { x, y },
  width,
  height,
  zIndex: depth + (isFrame ? 0 : 1),
  data: { step, card, isChosen, isFrame, ports, onFold: step.isGroup ? onFold : null },
})

const isSpot = (node: Node<CardData>, { x, y, width, height, isFrame }: Spot): boolean =>
  node.position.x === x &&
  node.position.y === y &&
  node.width === width &&
  node.height === height &&
  node.data.isFrame === isFrame

const isSame = (a: Card, b: Card): boolean =>
  (Object.keys(a) as (keyof Card)[]).every(
    (name) =>
      a[name] === b[name] || (name === 'items' && JSON.stringify(a.items) === JSON.stringify(b.items)),
  )

function portsOf({ wires }: Outline, { spots }: Layout): Map<string, string[]> {
  const ways = Map.groupBy(wires, ({ from }) => from)
  const middle = (key: string) => {
    const spot = spots.get(key)
    return spot === undefined ? 0 : spot.x + spot.width / 2
  }
  // A loop edge leaves on the right, where it goes up.
  const xOf = (all: readonly WireDef[]) => (to: string) =>
    all.some((wire) => wire.to === to && wire.isBack) ? Number.POSITIVE_INFINITY : middle(to)
  return new Map([...ways].map(([from, all]) => [from, portsInOrder(all, xOf(all))]))
}

/** To the right of everything between the two ends of a loop edge. */
function besideOf({ spots }: Layout, from: string, to: string): number {
  const [source, target] = [spots.get(from)!, spots.get(to)!]
  const between = [...spots.values()].filter(
    ({ y, height, depth }) =>
      depth === source.depth && y + height >= target.y && y <= source.y + source.height,
  )
  return Math.max(...between.map(({ x, width }) => x + width)) + BESIDE
}
