import type { ReactNode } from 'react'
import styles from './tag.module.css'

export const Tag = ({ children, title }: { children: ReactNode; title?: string }) => (
  <span className={styles.tag} title={title}>
    {children}
  </span>
)

export const Kbd = ({ children }: { children: ReactNode }) => <kbd className={styles.kbd}>{children}</kbd>

/** A filter option; pressed while it is active. */
export const Chip = ({
  pressed,
  onClick,
  children,
}: {
  pressed: boolean
  onClick: () => void
  children: ReactNode
}) => (
  <button type="button" className={styles.chip} aria-pressed={pressed} onClick={onClick}>
    {children}
  </button>
)
