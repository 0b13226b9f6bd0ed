// A list as a table: columns, keyboard, selection and a preview. Only visible rows are drawn, so that ten thousand rows scroll smoothly.
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { type Keys, useKeys } from '../use-keys.ts'
import { useMedia, useNarrow } from '../use-media.ts'
import styles from './data-table.module.css'
import { type Column, TableHead, TableRow, tracksOf } from './data-table-row.tsx'
import { range, toggled } from './selection.ts'

export type { Column } from './data-table-row.tsx'

type Props<Row extends { id: string }> = {
  /** What the rows are, such as `Runs`. */
  label: string
  /** Keep the same array while nothing about the columns changes: other columns draw every row again. */
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  /** All rows of the list, also those that are not loaded. */
  total?: number | undefined
  /** Another list is loading. The old rows are shown until then but cannot be selected. */
  isOld?: boolean
  /** The name of a row for screen readers. */
  nameOf: (row: Row) => string
  onOpen: (row: Row) => void
  /** The end of the list is near. */
  onEnd?: () => void
  /** Without `onPick`, rows cannot be selected. */
  picked?: ReadonlySet<string>
  onPick?: ((picked: ReadonlySet<string>) => void) | undefined
  /** What the space bar shows next to the list. */
  peek?: (row: Row, close: () => void) => ReactNode
  /** More keys for the current row. */
  keys?: (row: Row) => Keys
  sort?: string
  onSort?: (sort: string) => void
}

const ROW = 36
const ROW_NARROW = 52
const NEAR_END = 30
const NONE: ReadonlySet<string> = new Set()

export function DataTable<Row extends { id: string }>(props: Props<Row>) {
  const { label, rows, total, isOld = false, picked = NONE, onPick, onEnd, peek } = props
  const isNarrow = useNarrow()
  const isMedium = useMedia('(max-width: 1320px)')
  const box = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState(-1)
  const [anchor, setAnchor] = useState(0)
  const [isPeeking, setPeeking] = useState(false)
  const columns = useMemo(
    () =>
      props.columns.filter((one) => (isNarrow ? one.phone !== undefined : !isMedium || one.medium !== null)),
    [props.columns, isNarrow, isMedium],
  )
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
    if (last >= rows.length - NEAR_END) onEnd?.()
  }, [last, rows.length, onEnd])

  const current = rows[cursor]
  const mayPick = onPick !== undefined
  const pick = (next: ReadonlySet<string>) => {
    if (!isOld) onPick?.(next)
  }
  const toggle = (row: Row) => pick(toggled(picked, row.id))
  const move = (by: number, isRange = false) => {
    const next = Math.max(0, Math.min(rows.length - 1, cursor + by))
    setCursor(next)
    list.scrollToIndex(next)
    if (isRange) {
      const ids = rows.map((row) => row.id)
      pick(new Set(range(ids, anchor, next)))
    } else setAnchor(next)
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: (event) => move(1, event.shiftKey && mayPick),
    ArrowUp: (event) => move(-1, event.shiftKey && mayPick),
    Enter: () => current && props.onOpen(current),
    Escape: () => (isPeeking ? setPeeking(false) : onPick?.(NONE)),
    ...(mayPick && { x: () => current && toggle(current) }),
    ...(peek && { ' ': () => setPeeking(!isPeeking) }),
    ...(current && props.keys?.(current)),
  })
  // Rows that have not changed are not drawn again, so they call what is current.
  const latest = useRef({ open: props.onOpen, toggle })
  latest.current = { open: props.onOpen, toggle }
  const [onRow] = useState(() => ({
    open: (row: Row) => latest.current.open(row),
    toggle: (row: Row) => latest.current.toggle(row),
    hover: setCursor,
  }))
  return (
    <div
      className={styles.split}
      style={{ '--tracks': tracksOf(columns, isMedium, mayPick) } as CSSProperties}
    >
      <div
        className={styles.rows}
        ref={box}
        role="table"
        aria-label={label}
        aria-rowcount={total ?? -1}
        aria-busy={isOld}
        tabIndex={0}
      >
        <TableHead
          columns={columns}
          mayPick={mayPick}
          {...(props.onSort && { sort: props.sort, onSort: props.onSort })}
        />
        <div role="rowgroup" style={{ height: list.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start, key }) => {
            const row = rows[index]
            if (!row) return null
            return (
              <TableRow
                key={key}
                row={row}
                columns={columns}
                name={props.nameOf(row)}
                index={index}
                top={start}
                isCurrent={index === cursor}
                isPicked={picked.has(row.id)}
                mayPick={mayPick}
                onRow={onRow}
              />
            )
          })}
        </div>
      </div>
      {isPeeking && current && peek?.(current, () => setPeeking(false))}
    </div>
  )
}
