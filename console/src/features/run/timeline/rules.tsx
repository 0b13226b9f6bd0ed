import { duration } from '../../../ui/format/time.ts'
import type { Scale } from '../model/scale.ts'

const percent = (x: number): string => `${x * 100}%`

/** Ticks, and shortened periods without activity. */
export function Rules({ scale, hasLabels = false }: { scale: Scale; hasLabels?: boolean }) {
  return (
    <>
      {scale.ticks.map(({ at, x }) => (
        <i key={at} style={{ left: percent(x) }}>
          {hasLabels && <small className="num">{duration(at)}</small>}
        </i>
      ))}
      {scale.folds.map(({ from, to }) => (
        <b
          key={from}
          style={{ left: percent(scale.x(from)), width: percent(scale.x(to) - scale.x(from)) }}
          title={hasLabels ? 'Nothing ran in this period, so it is shortened' : undefined}
        >
          {hasLabels && <small className="num">{duration(to - from)}</small>}
        </b>
      ))}
    </>
  )
}
