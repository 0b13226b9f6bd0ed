import { Link, useRouterState } from '@tanstack/react-router'
import { useChosenInView } from '../../ui/use-chosen-in-view.ts'
import { toPage } from './links.ts'
import styles from './page-links.module.css'

type Props = {
  /** Such as `Pages of costs`. */
  label: string
  /** The first one contains the others. */
  pages: readonly (readonly [path: string, name: string])[]
}

/** Leads to the pages of an area, below the header that they share. */
export function PageLinks({ label, pages }: Props) {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const row = useChosenInView<HTMLElement>(path)
  return (
    <nav ref={row} className={styles.pages} aria-label={label}>
      {pages.map(([to, name], at) => (
        <Link key={to} {...toPage(to)} activeOptions={{ exact: at === 0, includeSearch: false }}>
          {name}
        </Link>
      ))}
    </nav>
  )
}
