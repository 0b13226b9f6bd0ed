import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useMemo, useReducer, useRef, useState } from 'react'
import { useKeys } from '../../../ui/use-keys.ts'
import type { Live } from '../model/live.ts'
import { stepOf } from '../model/path.ts'
import { PAGE, type Row, rangeOf, rowsOf, rowsOfNote, workOf } from '../model/rows.ts'
import { scaleOf } from '../model/scale.ts'
import { useRunNow, useRunView } from '../run-view.ts'
import { Rules } from './rules.tsx'
import styles from './timeline.module.css'
import { TimelineRow } from './timeline-row.tsx'
import { useZoom } from './use-zoom.ts'

const ROW = 28
/** With more steps than this, a brief view is offered. */
const MANY = 20
const ROW_BY_TOUCH = 36

/** Expands a row, shows another page of it, or collapses it. */
type Turn = { opens: string; how: 'more' | 'open' | 'fold' }
function turn(opened: ReadonlyMap<string, number>, { opens, how }: Turn): ReadonlyMap<string, number> {
  const next = new Map(opened)
  if (how === 'fold') next.delete(opens)
  else next.set(opens, (how === 'more' ? (opened.get(opens) ?? 0) : 0) + PAGE)
  return next
}

/** One row per step, in topological order. It is the text version of the graph and shows the same information. */
export function Timeline({ onChoose }: { onChoose: (path: string) => void }) {
  const { run, live, outline, chosen } = useRunView()
  const now = useRunNow()
  const [opened, dispatch] = useReducer(turn, NOTHING)
  const all = useMemo(() => rowsOf(outline, live, opened, chosen), [outline, live, opened, chosen])
  const [isBrief, setBrief] = useState(false)
  const rows = useMemo(() => (isBrief ? rowsOfNote(all) : all), [isBrief, all])
  const whole = rangeOf(live, Date.parse(run.createdAt), now)
  const zoom = useZoom(whole)
  const scale = scaleOf(useWork(live, whole.to), zoom.range)
  zoom.take(scale)
  useKeys({ '0': zoom.reset })

  const box = useRef<HTMLDivElement>(null)
  const height = useMemo(() => (matchMedia('(pointer: coarse)').matches ? ROW_BY_TOUCH : ROW), [])
  const shown = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 20,
  })
  const at = rowAt(rows, chosen)
  useEffect(() => {
    if (at >= 0) shown.scrollToIndex(at, { align: 'auto' })
  }, [at, shown])

  const fold = useMemo(
    () => (opens: string) => {
      const row = rows.find((one) => one.opens === opens && one.more === undefined)
      const isMore = rows.some((one) => one.opens === opens && one.more !== undefined)
      dispatch({ opens, how: isMore && row?.isOpen ? 'more' : row?.isOpen ? 'fold' : 'open' })
    },
    [rows],
  )
  const twist = useMemo(
    () => (opens: string) => {
      const row = rows.find((one) => one.opens === opens && one.more === undefined)
      dispatch({ opens, how: row?.isOpen ? 'fold' : 'open' })
    },
    [rows],
  )

  function move(event: KeyboardEvent) {
    const row = rows[at]
    const by = { ArrowDown: 1, ArrowUp: -1, Home: -rows.length, End: rows.length }[event.key]
    if (by !== undefined) {
      let next = Math.max(0, Math.min(rows.length - 1, at + by))
      if (rows[next]?.more !== undefined) next = Math.max(0, Math.min(rows.length - 1, next + Math.sign(by)))
      const path = rows[next]?.path
      if (path !== undefined) onChoose(path)
    } else if (row?.canOpen && event.key === (row.isOpen ? 'ArrowLeft' : 'ArrowRight')) twist(row.opens)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className={styles.timeline}>
      <div className={styles.axis}>
        <span>
          {isBrief ? `${rows.length} of note` : 'Step'}
          {(isBrief || all.length > MANY) && (
            <button
              type="button"
              className="link"
              aria-pressed={isBrief}
              title="Only steps that failed, wait for people or are running"
              onClick={() => setBrief(!isBrief)}
            >
              {isBrief ? 'all' : 'of note'}
            </button>
          )}
          {zoom.isZoomed && (
            <button type="button" tabIndex={-1} className="link" onClick={zoom.reset}>
              all of it
            </button>
          )}
        </span>
        <div className={styles.track} aria-hidden="true" ref={zoom.axis} {...zoom.handlers}>
          <Rules scale={scale} hasLabels />
          {zoom.drawn && (
            <s
              style={{
                left: `${Math.min(zoom.drawn.from, zoom.drawn.to) * 100}%`,
                width: `${Math.abs(zoom.drawn.to - zoom.drawn.from) * 100}%`,
              }}
            />
          )}
        </div>
      </div>
      <div
        ref={box}
        className={styles.body}
        role="treegrid"
        aria-label="Steps"
        aria-rowcount={rows.length}
        tabIndex={0}
        aria-activedescendant={at >= 0 ? `step-${at}` : undefined}
        onKeyDown={move}
      >
        <div role="rowgroup" style={{ height: shown.getTotalSize(), position: 'relative' }}>
          {shown.getVirtualItems().map(({ index, start }) => {
            const row = rows[index]
            if (!row) return null
            const isMore = row.more !== undefined
            return (
              <div
                key={isMore ? `${row.opens} more` : row.opens}
                className={styles.place}
                style={{ transform: `translateY(${start}px)`, height }}
                role="presentation"
              >
                <TimelineRow
                  id={`step-${index}`}
                  row={row}
                  index={index}
                  scale={scale}
                  until={whole.to}
                  isChosen={index === at}
                  onChoose={onChoose}
                  onFold={isMore ? fold : twist}
                />
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** The row of the selection, or of an enclosing place. */
function rowAt(rows: readonly Row[], chosen: string | null): number {
  const exact = rows.findIndex((row) => row.path === chosen && row.more === undefined)
  if (chosen === null || exact >= 0) return exact
  for (let key = stepOf(chosen); key !== ''; key = key.slice(0, Math.max(0, key.lastIndexOf('.')))) {
    const around = rows.findIndex((row) => row.step.key === key)
    if (around >= 0) return around
  }
  return -1
}

const NOTHING: ReadonlyMap<string, number> = new Map()

/** Computed once per change of the run, not on each tick of the clock. */
function useWork(live: Live, until: number) {
  const work = useMemo(() => workOf(live, Number.POSITIVE_INFINITY), [live])
  return work.map((span) => (span.to === Number.POSITIVE_INFINITY ? { ...span, to: until } : span))
}
