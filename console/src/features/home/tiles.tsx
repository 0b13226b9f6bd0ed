import { usd } from '../../ui/format/money.ts'
import { count, duration } from '../../ui/format/time.ts'
import type { Tone } from '../../ui/status.ts'
import styles from './home.module.css'
import type { useFigures } from './queries.ts'

type Figures = NonNullable<ReturnType<typeof useFigures>['data']>

const SPARKS = 28

export function Tiles({ figures: { series, from, to } }: { figures: Figures }) {
  const { byStatus, durationMs, successRate } = series
  const open = byStatus.running + byStatus.queued + byStatus.waiting + byStatus.paused
  const spark = (pick: (point: (typeof series.points)[number]) => number, combine: 'sum' | 'max' = 'sum') => {
    const bars = Array.from({ length: SPARKS }, () => 0)
    for (const point of series.points) {
      const place = Math.floor(((Date.parse(point.at) - from) / (to - from)) * SPARKS)
      const at = Math.min(SPARKS - 1, Math.max(0, place))
      const value = pick(point)
      bars[at] = combine === 'sum' ? (bars[at] ?? 0) + value : Math.max(bars[at] ?? 0, value)
    }
    return bars
  }
  return (
    <section className={styles.tiles} aria-label="Figures">
      <Tile
        name="Runs"
        value={count(series.runs)}
        note={`${count(open)} under way`}
        bars={spark((one) => one.runs)}
        tone="off"
      />
      <Tile
        name="Succeeded"
        value={successRate === null ? '–' : `${(successRate * 100).toFixed(1)} %`}
        note={`${count(byStatus.failed)} failed`}
        bars={spark((one) => one.byStatus.failed ?? 0)}
        tone="bad"
      />
      <Tile
        name="Half within"
        value={duration(durationMs.p50)}
        note={`95 % within ${duration(durationMs.p95)}`}
        bars={spark((one) => Math.sqrt(one.durationMs.p50 ?? 0), 'max')}
        tone="off"
      />
      <Tile
        name="Cost"
        value={usd(series.costUsd)}
        note="models and services in runs"
        bars={spark((one) => one.costUsd)}
        tone="off"
      />
    </section>
  )
}

type TileProps = { name: string; value: string; note: string; bars: number[]; tone: Tone }
const HEIGHT = 24

function Tile({ name, value, note, bars, tone }: TileProps) {
  const top = Math.max(...bars)
  return (
    <div className={styles.tile}>
      <span>{name}</span>
      <b className="num">{value}</b>
      <span className="num">{note}</span>
      {top > 0 && (
        <svg
          data-tone={tone}
          viewBox={`0 0 ${bars.length * 4} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {bars.map((bar, at) => {
            const size = Math.max(0.8, (bar / top) * HEIGHT)
            return <rect key={at} x={at * 4} width="2.6" y={HEIGHT - size} height={size} />
          })}
        </svg>
      )}
    </div>
  )
}
