import type { ReactNode } from 'react'
import styles from './tiles.module.css'

/** Figures side by side. */
export const Tiles = ({ label, children }: { label: string; children: ReactNode }) => (
  <section className={styles.tiles} aria-label={label}>
    {children}
  </section>
)

type TileProps = { name: string; value: ReactNode; title?: string; children?: ReactNode }

export const Tile = ({ name, value, title, children }: TileProps) => (
  <div className={styles.tile} title={title}>
    <span>{name}</span>
    <b className="num">{value}</b>
    {children !== undefined && <small>{children}</small>}
  </div>
)
