import { clock, duration } from '../../../ui/format/time.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import type { Place, Try } from '../model/live.ts'
import type { Look } from '../model/look.ts'
import { useRunNow } from '../run-view.ts'
import styles from './panel.module.css'

export function Tries({ place, look }: { place: Place | null; look: Look }) {
  const now = useRunNow()
  if (place === null || place.tries.length === 0)
    return (
      <p className="faint">
        {place?.isAdopted
          ? 'It has no attempts: its outcome was taken from an earlier run.'
          : 'It has no attempts yet.'}
      </p>
    )
  return (
    <ol className={styles.tries}>
      {place.tries.map((one, at) => {
        const next = place.tries[at + 1]
        return (
          <li key={`${one.attempt} ${one.from}`}>
            <Glyph status={lookOfTry(one, look)} />
            <b>Try {one.attempt}</b>
            <span className="num dim">{clock(one.from)}</span>
            <span className="num dim">{duration(Math.max(0, (one.to ?? now) - one.from))}</span>
            {one.to !== null && next !== undefined && (
              <span className="num faint">then {duration(next.from - one.to)} until the next</span>
            )}
            {one.error && (
              <span className={styles.bad} dir="auto">
                <span className="mono">{one.error.code}</span> {one.error.message}
              </span>
            )}
          </li>
        )
      })}
    </ol>
  )
}

const lookOfTry = ({ outcome }: Try, look: Look): Look => (outcome === 'open' ? look : outcome)
