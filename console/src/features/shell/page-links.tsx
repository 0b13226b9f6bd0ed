import { Link } from '@tanstack/react-router'
import { toPage } from './links.ts'
import styles from './page-links.module.css'

type Props = {
  /** Such as `Pages of costs`. */
  label: string
  /** The first one contains the others. */
  pages: readonly (readonly [path: string, name: string])[]
}

/** Leads to the pages of an area, below the header that they share. */
export const PageLinks = ({ label, pages }: Props) => (
  <nav className={styles.pages} aria-label={label}>
    {pages.map(([to, name], at) => (
      <Link key={to} {...toPage(to)} activeOptions={{ exact: at === 0, includeSearch: false }}>
        {name}
      </Link>
    ))}
  </nav>
)
