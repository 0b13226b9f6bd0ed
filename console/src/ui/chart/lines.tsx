import styles from './chart.module.css'
import { Frame } from './frame.tsx'
import { bandPath, linePath, scaleOf } from './scale.ts'

export type LineSeries = {
  name: string
  /** One for each name of the axis; null leaves a gap. */
  values: readonly (number | null)[]
  /** For values that are predicted or limits. */
  isDashed?: boolean
}

type Values = readonly (number | null)[]

type Props = {
  label: string
  names: readonly string[]
  series: readonly LineSeries[]
  /** A range around the lines. */
  band?: { low: Values; high: Values }
  format: (value: number) => string
  axis?: (value: number) => string
  height?: number
}

export function Lines({ label, names, series, band, format, axis = format, height = 200 }: Props) {
  const all = [...series.flatMap((one) => one.values), ...(band ? [...band.low, ...band.high] : [])]
  const scale = scaleOf(all.filter((value) => value !== null))
  const range = (at: number): string | null => {
    const [low, high] = [band?.low[at], band?.high[at]]
    return typeof low === 'number' && typeof high === 'number' ? `${format(low)} to ${format(high)}` : null
  }
  return (
    <Frame
      label={label}
      names={names}
      scale={scale}
      axis={axis}
      height={height}
      tip={(at) => (
        <>
          <b>{names[at]}</b>
          {series.map(({ name, values }, which) => {
            const value = values[at]
            return typeof value === 'number' ? (
              <span key={name} className={styles.series}>
                <i data-shade={which} />
                {name} {format(value)}
              </span>
            ) : null
          })}
          {range(at) !== null && <span className="faint">{range(at)}</span>}
        </>
      )}
    >
      {band && <path className={styles.band} d={bandPath(band.low, band.high, scale)} />}
      {series.map(({ name, values, isDashed = false }, at) => (
        <path
          key={name}
          className={styles.line}
          data-shade={at}
          data-dashed={isDashed}
          d={linePath(values, scale)}
        />
      ))}
    </Frame>
  )
}
