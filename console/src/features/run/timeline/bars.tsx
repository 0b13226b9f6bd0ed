import { duration } from '../../../ui/format/time.ts'
import { type Tone, toneOf } from '../../../ui/status.ts'
import type { Try } from '../model/live.ts'
import type { Row } from '../model/rows.ts'
import type { Scale } from '../model/scale.ts'
import styles from './timeline.module.css'

/** Near the right edge, the number is before the bar, or on it if there is no room. */
const NEAR_EDGE = 0.84
const ROOM = 0.2
/** For many attempts, only the first and the last ones are drawn. */
const MOST_BARS = 60

/** A bar for each attempt, and a thin line for the wait before the next. */
export function Bars({ row, scale, until }: { row: Row; scale: Scale; until: number }) {
  const { tries, from, to, look } = row
  if (tries.length === 0 || from === null) return null
  const shown = tries.length > MOST_BARS ? [...tries.slice(0, 1), ...tries.slice(1 - MOST_BARS)] : tries
  const first = scale.x(shown[0]!.from)
  const last = scale.x(shown.at(-1)!.to ?? until)
  const side = last <= NEAR_EDGE ? 'after' : first >= ROOM ? 'before' : 'on'
  const label = duration(Math.max(0, (to ?? until) - from))
  return (
    <>
      {shown.map((one, at) => (
        <Bar key={at} one={one} before={shown[at - 1]?.to ?? null} scale={scale} until={until} look={look} />
      ))}
      <em
        className="num"
        data-side={side}
        style={side === 'before' ? { right: `${(1 - first) * 100}%` } : { left: `${last * 100}%` }}
      >
        {label}
      </em>
    </>
  )
}

type BarProps = { one: Try; before: number | null; scale: Scale; until: number; look: Row['look'] }

function Bar({ one, before, scale, until, look }: BarProps) {
  const left = scale.x(one.from)
  const right = scale.x(one.to ?? until)
  return (
    <>
      {before !== null && left > scale.x(before) && (
        <span
          className={styles.gap}
          style={{ left: `${scale.x(before) * 100}%`, width: `${(left - scale.x(before)) * 100}%` }}
        />
      )}
      <span
        className={styles.bar}
        data-tone={toneOfTry(one, look)}
        data-open={one.to === null}
        title={one.error?.message}
        style={{ left: `${left * 100}%`, width: `max(3px, ${(right - left) * 100}%)` }}
      />
    </>
  )
}

function toneOfTry({ outcome }: Try, look: Row['look']): Tone {
  if (outcome === 'failed') return 'bad'
  if (outcome === 'open') return toneOf(look)
  return outcome === 'cancelled' ? 'off' : 'good'
}
