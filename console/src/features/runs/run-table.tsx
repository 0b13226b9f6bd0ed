import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { useKeys } from '../../ui/use-keys.ts'
import { useNarrow } from '../../ui/use-media.ts'
import { toRun } from '../shell/index.ts'
import { range } from './model/rows.ts'
import { Peek } from './peek.tsx'
import type { RunRow } from './queries.ts'
import { Row } from './row.tsx'
import styles from './runs.module.css'

type Props = {
  rows: RunRow[]
  total: number
  /** Another list is loading. The old rows are shown until then but cannot be selected. */
  isOld: boolean
  picked: ReadonlySet<string>
  onPick: (picked: ReadonlySet<string>) => void
  /** The end of the list is near. */
  onEnd: () => void
  mayRun: boolean
}

const HEADS = ['Status', 'Run', 'Workflow', 'Title', 'Note', 'By', 'Duration', 'Started']
const CLASSES = [
  '',
  styles.id,
  styles.name,
  styles.title,
  styles.note,
  styles.trigger,
  styles.duration,
  styles.when,
]
const ROW = 36
const ROW_NARROW = 52
const NEAR_END = 30
/** Bars are scaled to a typical long run, not to a single run that took a day. */
const LONG = 0.95

/** Only visible rows are drawn, so that ten thousand rows scroll smoothly. */
export function RunTable({ rows, total, isOld, picked, onPick, onEnd, mayRun }: Props) {
  const go = useNavigate()
  const isNarrow = useNarrow()
  const box = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState(-1)
  const [anchor, setAnchor] = useState(0)
  const [isPeeking, setPeeking] = useState(false)
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (isNarrow ? ROW_NARROW : ROW),
    overscan: 12,
    getItemKey: (at) => rows[at]?.id ?? at,
  })
  const items = list.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= rows.length - NEAR_END) onEnd()
  }, [last, rows.length, onEnd])

  const longest = quantile(rows, LONG)
  const current = rows[cursor]
  const open = (id: string) => void go(toRun(id))
  const toggle = (id: string) => {
    if (isOld) return
    const next = new Set(picked)
    if (!next.delete(id)) next.add(id)
    onPick(next)
  }
  const move = (by: number, isRange = false) => {
    const next = Math.max(0, Math.min(rows.length - 1, cursor + by))
    setCursor(next)
    list.scrollToIndex(next)
    if (isRange && !isOld)
      onPick(
        new Set(
          range(
            rows.map((row) => row.id),
            anchor,
            next,
          ),
        ),
      )
    else setAnchor(next)
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: (event) => move(1, event.shiftKey && mayRun),
    ArrowUp: (event) => move(-1, event.shiftKey && mayRun),
    Enter: () => current && open(current.id),
    x: () => mayRun && current && toggle(current.id),
    ' ': () => setPeeking(!isPeeking),
    Escape: () => (isPeeking ? setPeeking(false) : onPick(new Set())),
  })
  return (
    <div className={styles.split}>
      <div
        className={styles.rows}
        ref={box}
        role="table"
        aria-label="Runs"
        aria-rowcount={total}
        aria-busy={isOld}
        tabIndex={0}
      >
        <div className={`${styles.row} ${styles.heads}`} role="row">
          <span role="columnheader">
            <span className="unseen">Choose</span>
          </span>
          {HEADS.map((head, at) => (
            <span key={head} role="columnheader" className={CLASSES[at]}>
              {head}
            </span>
          ))}
        </div>
        <div role="rowgroup" style={{ height: list.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start, key }) => {
            const row = rows[index]
            if (!row) return null
            return (
              <Row
                key={key}
                row={row}
                index={index}
                top={start}
                longest={longest}
                isCurrent={index === cursor}
                isPicked={picked.has(row.id)}
                mayPick={mayRun}
                onOpen={() => open(row.id)}
                onHover={() => setCursor(index)}
                onToggle={() => toggle(row.id)}
              />
            )
          })}
        </div>
      </div>
      {isPeeking && current && <Peek key={current.id} row={current} onClose={() => setPeeking(false)} />}
    </div>
  )
}

function quantile(rows: readonly RunRow[], share: number): number {
  const times = rows.flatMap((row) => (row.durationMs === null ? [] : [row.durationMs])).sort((a, b) => a - b)
  return Math.max(1, times[Math.floor((times.length - 1) * share)] ?? 1)
}
