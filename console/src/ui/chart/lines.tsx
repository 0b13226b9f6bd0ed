import styles from './chart.module.css'
import { Frame } from './frame.tsx'
import { linePath, scaleOf } from './scale.ts'

export type LineSeries = {
  name: string
  /** One for each name of the axis; null leaves a gap. */
  values: readonly (number | null)[]
  /** For values that are predicted or limits. */
  isDashed?: boolean
}

type Props = {
  label: string
  names: readonly string[]
  series: readonly LineSeries[]
  format: (value: number) => string
  axis?: (value: number) => string
  height?: number
}

export function Lines({ label, names, series, format, axis = format, height = 200 }: Props) {
  const scale = scaleOf(series.flatMap((one) => one.values).filter((value) => value !== null))
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
        </>
      )}
    >
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
