import type { ReactNode } from 'react'
import { count } from '../format/time.ts'
import { Button } from './button.tsx'
import styles from './selection-bar.module.css'

type Props = {
  /** Such as `Chosen runs`. */
  label: string
  chosen: number
  /** All that match the filter. */
  total: number
  /** Chooses all of them. Absent if they cannot be chosen, or already are. */
  onAll?: (() => void) | undefined
  onClear: () => void
  /** Buttons for what can be done with the chosen rows. */
  children: ReactNode
}

/** Floats above a list while rows are chosen. Its page has to be positioned. */
export function SelectionBar({ label, chosen, total, onAll, onClear, children }: Props) {
  return (
    <section className={styles.bar} aria-label={label}>
      <b className="num">{count(chosen)}</b> chosen
      {onAll && total > chosen && (
        <Button look="quiet" size="small" onClick={onAll}>
          Choose all {count(total)}
        </Button>
      )}
      {children}
      <Button look="quiet" size="small" onClick={onClear}>
        Clear
      </Button>
    </section>
  )
}
