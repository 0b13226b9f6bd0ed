// What all charts share: the lines and names of the axes, the column under the pointer, and the same figures as a table.
import { type PointerEvent, type ReactNode, useState } from 'react'
import type { Tone } from '../status.ts'
import { useNarrow } from '../use-media.ts'
import styles from './chart.module.css'
import { labelled, placeOf, type Scale } from './scale.ts'

type FrameProps = {
  /** What the chart shows, in one sentence. */
  label: string
  /** Names of the columns. */
  names: readonly string[]
  scale: Scale
  axis: (value: number) => string
  height: number
  /** In units of columns from the left and percents from the top. */
  children: ReactNode
  tip: (column: number) => ReactNode
  onChoose?: ((column: number) => void) | undefined
}

const MOST_NAMES = 8
const MOST_NAMES_NARROW = 4

export function Frame({ label, names, scale, axis, height, children, tip, onChoose }: FrameProps) {
  const [at, setAt] = useState<number | null>(null)
  const isNarrow = useNarrow()
  const columnAt = ({ currentTarget, clientX }: PointerEvent): number => {
    const box = currentTarget.getBoundingClientRect()
    const share = (clientX - box.left) / box.width
    return Math.min(names.length - 1, Math.max(0, Math.floor(share * names.length)))
  }
  const middle = (column: number): string => `${((column + 0.5) / names.length) * 100}%`
  return (
    <div className={styles.frame}>
      <div className={styles.plot} style={{ height }}>
        {scale.ticks.map((tick) => (
          <span
            key={tick}
            className={styles.tick}
            data-zero={tick === 0}
            style={{ top: `${placeOf(tick, scale) * 100}%` }}
            aria-hidden="true"
          >
            <small>{axis(tick)}</small>
          </span>
        ))}
        <svg
          className={styles.area}
          viewBox={`0 0 ${Math.max(1, names.length)} 100`}
          preserveAspectRatio="none"
          role="img"
          aria-label={label}
          data-choosable={onChoose !== undefined}
          onPointerMove={(event) => setAt(columnAt(event))}
          onPointerLeave={() => setAt(null)}
          onPointerUp={(event) => onChoose?.(columnAt(event))}
        >
          {at !== null && <rect className={styles.on} x={at} width="1" y="0" height="100" />}
          {children}
        </svg>
        {at !== null && at < names.length && (
          <div
            className={styles.tip}
            style={{ insetInlineStart: `clamp(90px, ${middle(at)}, calc(100% - 90px))` }}
          >
            {tip(at)}
          </div>
        )}
      </div>
      <div className={styles.names} aria-hidden="true">
        {labelled(names.length, isNarrow ? MOST_NAMES_NARROW : MOST_NAMES).map((column) => (
          <span key={column} style={{ insetInlineStart: middle(column) }}>
            {names[column]}
          </span>
        ))}
      </div>
    </div>
  )
}

/** The shades of ink of a chart's series, from the darkest to the lightest. */
export const MOST_SERIES = 6

type LegendProps = { names: readonly string[]; tones?: readonly Tone[] }

export const Legend = ({ names, tones }: LegendProps) => (
  <ul className={styles.legend}>
    {names.map((name, at) => (
      <li key={name}>
        <i data-shade={at} data-tone={tones?.[at]} />
        <span className="cut">{name}</span>
      </li>
    ))}
  </ul>
)

type TableProps = {
  head: string
  series: readonly string[]
  rows: { id: string; name: string; cells: string[] }[]
}

/** The figures of a chart, for everybody who would rather read them. */
export const ChartTable = ({ head, series, rows }: TableProps) => (
  <details className={styles.table}>
    <summary>Show as a table</summary>
    <div role="region" aria-label="Figures of the chart" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {series.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, cells }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              {cells.map((cell, at) => (
                <td key={series[at]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
)
