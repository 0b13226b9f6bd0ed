import type { Tone } from '../status.ts'
import styles from './chart.module.css'
import { Frame } from './frame.tsx'
import { endsOf, placeOf, scaleOf, stackOf } from './scale.ts'

export type BarColumn = {
  id: string
  /** As short as it fits below the axis. */
  name: string
  /** One for each series; negative ones are drawn below the axis. */
  values: readonly number[]
  /** The sum at the same place of the period before, drawn as a line. */
  before?: number | undefined
}

type Props = {
  label: string
  /** From the bottom. At most `MOST_SERIES`. */
  series: readonly string[]
  /** If the series are statuses. */
  tones?: readonly Tone[]
  columns: readonly BarColumn[]
  format: (value: number) => string
  axis?: (value: number) => string
  height?: number
  onChoose?: (column: BarColumn) => void
}

const GAP = 0.14
const LEAST = 0.4

/** Stacked columns in shades of ink. */
export function Bars({
  label,
  series,
  tones,
  columns,
  format,
  axis = format,
  height = 200,
  onChoose,
}: Props) {
  const scale = scaleOf(columns.flatMap((one) => [...endsOf(one.values), one.before ?? 0]))
  return (
    <Frame
      label={label}
      names={columns.map((one) => one.name)}
      scale={scale}
      axis={axis}
      height={height}
      onChoose={
        onChoose &&
        ((at) => {
          const column = columns[at]
          if (column) onChoose(column)
        })
      }
      tip={(at) => <Tip column={columns[at]} series={series} tones={tones} format={format} />}
    >
      {columns.map((column, at) => (
        <g key={column.id}>
          {stackOf(column.values, scale).map((part) => (
            <rect
              key={part.series}
              className={styles.part}
              data-shade={part.series}
              data-tone={tones?.[part.series]}
              x={at + GAP}
              width={1 - 2 * GAP}
              y={part.top * 100}
              height={Math.max(LEAST, part.height * 100)}
            />
          ))}
          {column.before !== undefined && (
            <line
              className={styles.before}
              x1={at + GAP / 2}
              x2={at + 1 - GAP / 2}
              y1={placeOf(column.before, scale) * 100}
              y2={placeOf(column.before, scale) * 100}
            />
          )}
        </g>
      ))}
    </Frame>
  )
}

type TipProps = Pick<Props, 'series' | 'format'> & {
  column: BarColumn | undefined
  tones: readonly Tone[] | undefined
}

function Tip({ column, series, tones, format }: TipProps) {
  if (column === undefined) return null
  const total = column.values.reduce((sum, value) => sum + value, 0)
  const parts = column.values.flatMap((value, at) => (value === 0 ? [] : [{ at, value }])).toReversed()
  return (
    <>
      <b>{column.name}</b>
      <span>{format(total)}</span>
      {series.length > 1 &&
        parts.map(({ at, value }) => (
          <span key={at} className={styles.series}>
            <i data-shade={at} data-tone={tones?.[at]} />
            {series[at]} {format(value)}
          </span>
        ))}
      {column.before !== undefined && <span className="faint">before {format(column.before)}</span>}
    </>
  )
}
