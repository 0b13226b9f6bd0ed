import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react'
import { loopPath, wirePath } from '../model/columns.ts'
import type { WireLook } from '../model/look.ts'
import styles from './graph.module.css'

/** `right` is where a loop edge goes up, next to the nodes of the loop. */
export type WireData = { look: WireLook; right: number | null; port: string }

export function Wire({ id, data, sourceX, sourceY, targetX, targetY }: EdgeProps<Edge<WireData>>) {
  const { look = 'open', right = null, port = '' } = data ?? {}
  const [from, to] = [
    { x: sourceX, y: sourceY },
    { x: targetX, y: targetY },
  ]
  return (
    <>
      <BaseEdge
        id={id}
        path={right === null ? wirePath(from, to) : loopPath(from, to, right)}
        className={`${styles.wire} ${styles[look]}`}
      />
      {port !== '' && (
        <EdgeLabelRenderer>
          <span
            className={styles.port}
            data-look={look}
            style={{ transform: `translate(-50%, 0) translate(${sourceX}px, ${sourceY + 4}px)` }}
          >
            {port}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  )
}
