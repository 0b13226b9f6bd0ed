import type { ReactNode } from 'react'
import { Icon } from '../icon.tsx'
import styles from './filter-bar.module.css'
import { Chip } from './tag.tsx'

/** The filters of a list: chips first, choices at the end. */
export const FilterBar = ({ children, end }: { children?: ReactNode; end?: ReactNode }) => (
  <div className={styles.filters} role="toolbar" aria-label="Filters">
    {children}
    <span className={styles.grow} />
    {end}
  </div>
)

type ChoiceProps = {
  /** Also what it says if nothing is chosen. */
  label: string
  value: string | undefined
  /** The empty text stands for no filter. */
  onChange: (value: string) => void
  /** The options. */
  children: ReactNode
}

export function FilterChoice({ label, value, onChange, children }: ChoiceProps) {
  return (
    <select
      className={styles.choice}
      aria-label={label}
      data-on={value !== undefined}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{label}</option>
      {children}
    </select>
  )
}

/** A filter that is on and has no chip or choice of its own. Pressing it removes it. */
export const ActiveFilter = ({ children, onRemove }: { children: ReactNode; onRemove: () => void }) => (
  <Chip pressed onClick={onRemove}>
    {children}
    <Icon name="close" size={10} />
  </Chip>
)
