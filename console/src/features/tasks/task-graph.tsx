// Tasks and what they wait for, from top to bottom. Cards are links, so that the keyboard reaches them in order.
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { Schemas } from '../../api/client.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { shownTaskStatus, statusLabel, toneOf } from '../../ui/status.ts'
import { inLayers } from '../run/index.ts'
import { toTask } from '../shell/index.ts'
import styles from './task-graph.module.css'

/** The reasons of waiting tasks are only known in lists. */
type Node = Schemas['TaskGraph']['nodes'][number] & { reason?: Schemas['TaskSummary']['reason'] }
type Graph = Pick<Schemas['TaskGraph'], 'edges' | 'criticalPath'> & { nodes: Node[] }

const CARD = { width: 208, height: 48 }
const EDGE = 16

export function TaskGraph({ graph, current }: { graph: Graph; current?: string }) {
  const { nodes, edges } = graph
  const spots = useMemo(() => {
    const placed = inLayers(
      nodes.map(({ id }) => ({ id, ...CARD })),
      edges,
    )
    const left = Math.min(0, ...placed.map(({ x }) => x - CARD.width / 2))
    return new Map(
      placed.map(({ id, x, y }) => [
        id,
        { x: x - left - CARD.width / 2 + EDGE, y: y - CARD.height / 2 + EDGE },
      ]),
    )
  }, [nodes, edges])
  const critical = new Set(graph.criticalPath)
  const all = [...spots.values()]
  const width = Math.max(0, ...all.map(({ x }) => x)) + CARD.width + EDGE
  const height = Math.max(0, ...all.map(({ y }) => y)) + CARD.height + EDGE
  return (
    <div className={styles.box} role="group" aria-label="Graph of dependencies">
      <div className={styles.sheet} style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map((edge) => {
            const [from, to] = [spots.get(edge.from), spots.get(edge.to)]
            if (!from || !to) return null
            return (
              <path
                key={`${edge.from} ${edge.to}`}
                className={styles.edge}
                data-waived={edge.waived}
                data-critical={critical.has(edge.from) && critical.has(edge.to)}
                d={curve(from, to)}
              />
            )
          })}
        </svg>
        {nodes.map((node) => {
          const spot = spots.get(node.id)
          const status = shownTaskStatus({ status: node.status, reason: node.reason ?? null })
          if (!spot) return null
          return (
            <Link
              key={node.id}
              {...toTask(node.id, { tab: 'dependencies' })}
              data-row
              className={styles.card}
              data-tone={toneOf(status)}
              data-status={status}
              data-current={node.id === current}
              aria-current={node.id === current ? 'true' : undefined}
              title={node.title}
              style={{ left: spot.x, top: spot.y, ...CARD }}
            >
              <Glyph status={status} progress={node.progress} />
              <span className={styles.words}>
                <b className="cut">
                  <bdi>{node.title}</bdi>
                </b>
                <small>
                  {statusLabel(status)}
                  {critical.has(node.id) && ' · critical path'}
                </small>
              </span>
            </Link>
          )
        })}
      </div>
    </div>
  )
}

type Spot = { x: number; y: number }

/** From the middle of the lower edge to the middle of the upper edge. */
function curve(from: Spot, to: Spot): string {
  const [x1, y1] = [from.x + CARD.width / 2, from.y + CARD.height]
  const [x2, y2] = [to.x + CARD.width / 2, to.y]
  const bend = Math.max(16, (y2 - y1) / 2)
  return `M${x1} ${y1} C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2 - 1}`
}
