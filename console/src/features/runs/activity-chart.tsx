import { type PointerEvent, useMemo, useState } from 'react'
import { count } from '../../ui/format/time.ts'
import { statusLabel, toneOf } from '../../ui/status.ts'
import styles from './activity-chart.module.css'
import { type Column, columnCount, columnsOf, type Point } from './model/columns.ts'

type Props = {
  points: readonly Point[]
  from: number
  to: number
  bucket: 'minute' | 'hour' | 'day'
  height?: number
  axis?: boolean
  /** Called when a range was selected. */
  onRange?: (from: number, to: number) => void
}

const MAX_COLUMNS = 96

/** Runs over time as stacked columns. Dragging selects a range. */
export function ActivityChart({ points, from, to, bucket, height = 44, axis = false, onRange }: Props) {
  const columns = useMemo(
    () => columnsOf(points, from, to, columnCount(from, to, bucket, MAX_COLUMNS)),
    [points, from, to, bucket],
  )
  const [at, setAt] = useState<number | null>(null)
  const [drawn, setDrawn] = useState<[number, number] | null>(null)
  const top = Math.max(1, ...columns.map((one) => one.total))
  const total = columns.reduce((sum, one) => sum + one.total, 0)

  const indexAt = (event: PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - box.left) / box.width
    return Math.min(columns.length - 1, Math.max(0, Math.floor(share * columns.length)))
  }
  function finish() {
    if (drawn === null || !onRange) return
    const [first, last] = [Math.min(...drawn), Math.max(...drawn)]
    setDrawn(null)
    const [start, end] = [columns[first], columns[last]]
    if (start && end && first !== last) onRange(start.from, end.to)
  }
  return (
    <div className={styles.chart} data-axis={axis}>
      <svg
        viewBox={`0 0 ${columns.length * 10} ${height}`}
        preserveAspectRatio="none"
        height={height}
        width="100%"
        role="img"
        aria-label={`${count(total)} runs over time by status`}
        data-drawable={onRange !== undefined}
        onPointerMove={(event) => {
          setAt(indexAt(event))
          if (drawn) setDrawn([drawn[0], indexAt(event)])
        }}
        onPointerDown={(event) => {
          if (!onRange || event.pointerType === 'touch') return
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrawn([indexAt(event), indexAt(event)])
        }}
        onPointerUp={finish}
        onPointerLeave={() => setAt(null)}
      >
        {drawn && (
          <rect
            className={styles.range}
            x={Math.min(...drawn) * 10}
            width={(Math.abs(drawn[1] - drawn[0]) + 1) * 10}
            y="0"
            height={height}
          />
        )}
        {columns.map((column, i) => (
          <Stack key={column.from} column={column} x={i * 10} top={top} height={height} isOn={at === i} />
        ))}
      </svg>
      {axis && <Axis from={from} to={to} top={top} />}
      {at !== null && columns[at] && columns[at].total > 0 && (
        <Tip column={columns[at]} at={(at + 0.5) / columns.length} />
      )}
    </div>
  )
}

type StackProps = { column: Column; x: number; top: number; height: number; isOn: boolean }

function Stack({ column, x, top, height, isOn }: StackProps) {
  let y = height
  return (
    <g>
      {isOn && <rect className={styles.on} x={x} y="0" width="10" height={height} />}
      {column.total === 0 && <rect className={styles.none} x={x + 1} y={height - 1} width="8" height="1" />}
      {column.parts.map(({ status, runs }) => {
        const size = Math.max(2, (runs / top) * (height - 2))
        y -= size
        return (
          <rect
            key={status}
            className={styles.part}
            data-tone={toneOf(status)}
            x={x + 1}
            y={y}
            width="8"
            height={Math.max(1, size - 0.8)}
          />
        )
      })}
    </g>
  )
}

const DAY_MS = 86_400_000
const label = (at: number, span: number): string =>
  span <= 2 * DAY_MS
    ? new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
    : new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })

function Axis({ from, to, top }: { from: number; to: number; top: number }) {
  return (
    <>
      <span className={styles.top}>{count(top)}</span>
      <div className={styles.axis} aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <span key={share}>{label(from + share * (to - from), to - from)}</span>
        ))}
      </div>
    </>
  )
}

function Tip({ column, at }: { column: Column; at: number }) {
  return (
    <div className={styles.tip} style={{ left: `clamp(60px, ${at * 100}%, calc(100% - 60px))` }}>
      <span className="faint">
        {new Date(column.from).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}
      </span>
      {column.parts.map(({ status, runs }) => (
        <span key={status} data-tone={toneOf(status)}>
          <i />
          {count(runs)} {statusLabel(status).toLowerCase()}
        </span>
      ))}
    </div>
  )
}
