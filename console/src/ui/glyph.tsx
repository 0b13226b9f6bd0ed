// The icon of a status. The shape alone is enough to recognise it without colour.
import styles from './glyph.module.css'
import { type Shown, statusLabel, toneOf } from './status.ts'

const ROUND = 2 * Math.PI * 5.75
const FULL = new Set(['succeeded', 'failed', 'unknown'])
const DASHED = new Set(['queued', 'provisioning', 'skipped'])
const SOFT = new Set(['running', 'retrying', 'sleeping', 'pending', 'draft'])

const LINES: Partial<Record<Shown, string>> = {
  sleeping: 'M4.9 3.9h4.2L5 10.1h4.2',
  waiting: 'M7 3.4v3.8l2.3 1.5',
  paused: 'M5.5 5v4m3-4v4',
  cancelled: 'm3.2 10.8 7.6-7.6',
  skipped: 'M4.8 7h4.4',
  draft: 'M4.6 7h.01M7 7h.01M9.4 7h.01',
  scheduled: 'M4.7 5.2h4.6v4.1H4.7zM4.7 6.8h4.6',
  blocked: 'M5.3 5.3h3.4v3.4H5.3z',
  stuck: 'M5.3 5.3h3.4v3.4H5.3z',
}
const CUTS: Partial<Record<Shown, string>> = {
  succeeded: 'm4.2 7.3 2 1.9 3.7-4.3',
  failed: 'm4.9 4.9 4.2 4.2m0-4.2L4.9 9.1',
  unknown: 'M5.4 5.4c.2-1 .9-1.5 1.7-1.5 1 0 1.7.6 1.7 1.5 0 1.2-1.7 1.3-1.7 2.5m0 1.9v.1',
}

export function Glyph({
  status,
  progress = 0,
  size = 14,
}: {
  status: Shown
  progress?: number
  size?: number
}) {
  const isRunning = status === 'running' || status === 'retrying'
  const ring = [styles.ring, DASHED.has(status) && styles.dashed, SOFT.has(status) && styles.soft]
  return (
    <svg
      className={styles.glyph}
      data-tone={toneOf(status)}
      width={size}
      height={size}
      viewBox="0 0 14 14"
      aria-hidden="true"
    >
      <circle
        cx="7"
        cy="7"
        r={FULL.has(status) ? 6.5 : 5.75}
        className={FULL.has(status) ? styles.fill : ring.filter(Boolean).join(' ')}
      />
      {isRunning && (
        <>
          <circle
            cx="7"
            cy="7"
            r="5.75"
            className={styles.arc}
            strokeDasharray={`${(progress / 100) * ROUND} ${ROUND}`}
          />
          <circle cx="7" cy="7" r="1.7" className={styles.fill} />
          <circle cx="7" cy="1.25" r="2" className={`${styles.fill} ${styles.orbit}`} />
        </>
      )}
      {LINES[status] && <path d={LINES[status]} className={styles.line} />}
      {CUTS[status] && <path d={CUTS[status]} className={styles.cut} />}
    </svg>
  )
}

type PillProps = {
  status: Shown
  progress?: number
  /** If the thing has another word for it. */
  label?: string
}

export function Pill({ status, progress, label = statusLabel(status) }: PillProps) {
  return (
    <span className={styles.pill} data-tone={toneOf(status)}>
      <Glyph status={status} {...(progress === undefined ? {} : { progress })} />
      {label}
    </span>
  )
}
