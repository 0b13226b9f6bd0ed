import { Glyph } from '../glyph.tsx'
import { type Shown, statusLabel, toneOf } from '../status.ts'
import styles from './status-cell.module.css'

/** The status of a row. Success recedes; on a phone, the sign alone is shown. */
export function StatusCell({ status, progress }: { status: Shown; progress?: number }) {
  return (
    <span className={styles.status} data-tone={toneOf(status)}>
      <Glyph status={status} {...(progress === undefined ? {} : { progress })} />
      <span className={styles.name}>{statusLabel(status)}</span>
    </span>
  )
}
