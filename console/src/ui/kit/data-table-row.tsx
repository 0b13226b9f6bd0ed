import { memo, type ReactNode } from 'react'
import { Icon } from '../icon.tsx'
import styles from './data-table.module.css'

export type Column<Row> = {
  name: string
  /** Its width: a track of a CSS grid. */
  width: string
  /** Its width on screens below 1320 px; null hides it there. */
  medium?: string | null
  /** Its place on a phone, where a row has two lines. A column without a place is hidden there. */
  phone?: 'sign' | 'title' | 'detail' | 'end'
  align?: 'end'
  /** What the server calls this order. A minus in front means that the largest comes first; the other direction is the second choice. */
  sort?: string
  cell: (row: Row) => ReactNode
}

/** The grid of the rows. On a phone, the style sheet has it. */
export function tracksOf(columns: readonly Column<never>[], isMedium: boolean, mayPick: boolean): string {
  const tracks = columns.map(({ width, medium }) => (isMedium ? (medium ?? width) : width))
  return [...(mayPick ? ['20px'] : []), ...tracks].join(' ')
}

const opposite = (sort: string): string => (sort.startsWith('-') ? sort.slice(1) : `-${sort}`)

type HeadProps<Row> = {
  columns: readonly Column<Row>[]
  mayPick: boolean
  sort?: string | undefined
  onSort?: (sort: string) => void
}

export function TableHead<Row>({ columns, mayPick, sort, onSort }: HeadProps<Row>) {
  return (
    <div className={`${styles.row} ${styles.heads}`} role="row">
      {mayPick && (
        <span role="columnheader">
          <span className="unseen">Choose</span>
        </span>
      )}
      {columns.map((column) => {
        const own = column.sort
        const isSorted = own !== undefined && (sort === own || sort === opposite(own))
        return (
          <span
            key={column.name}
            role="columnheader"
            data-align={column.align}
            aria-sort={isSorted ? (sort?.startsWith('-') ? 'descending' : 'ascending') : undefined}
          >
            {own === undefined || onSort === undefined ? (
              column.name
            ) : (
              <button type="button" onClick={() => onSort(sort === own ? opposite(own) : own)}>
                {column.name}
                {isSorted && (
                  <i data-up={!sort?.startsWith('-')}>
                    <Icon name="down" size={10} />
                  </i>
                )}
              </button>
            )}
          </span>
        )
      })}
    </div>
  )
}

type RowProps<Row> = {
  row: Row
  columns: readonly Column<Row>[]
  name: string
  index: number
  top: number
  isCurrent: boolean
  isPicked: boolean
  mayPick: boolean
  /** Stays the same object. */
  onRow: { open: (row: Row) => void; toggle: (row: Row) => void; hover: (index: number) => void }
}

export const TableRow = memo(function TableRow<Row>(props: RowProps<Row>) {
  const { row, columns, name, index, top, isCurrent, isPicked, mayPick, onRow } = props
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={mayPick ? isPicked : undefined}
      className={styles.row}
      data-current={isCurrent}
      data-picked={isPicked}
      style={{ position: 'absolute', inset: '0 0 auto', transform: `translateY(${top}px)` }}
      onPointerMove={isCurrent ? undefined : () => onRow.hover(index)}
      onClick={() => onRow.open(row)}
      onKeyDown={undefined}
    >
      {mayPick && (
        <span role="cell" className={styles.pick}>
          <input
            type="checkbox"
            aria-label={`Choose ${name}`}
            tabIndex={-1}
            checked={isPicked}
            onClick={(event) => event.stopPropagation()}
            onChange={() => onRow.toggle(row)}
          />
        </span>
      )}
      {columns.map((column) => (
        <span key={column.name} role="cell" data-align={column.align} data-phone={column.phone}>
          {column.cell(row)}
        </span>
      ))}
    </div>
  )
}) as <Row>(props: RowProps<Row> & { key: unknown }) => ReactNode
