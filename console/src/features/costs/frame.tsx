// The header that all pages of costs share, with the tabs that lead to them.
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Head } from '../../ui/kit/page.tsx'
import { toPage } from '../shell/index.ts'
import styles from './costs.module.css'

const PAGES: [path: string, name: string][] = [
  ['/costs', 'Overview'],
  ['/costs/rows', 'Rows'],
  ['/costs/jobs', 'GPU jobs'],
  ['/costs/imports', 'Imports'],
  ['/costs/exports', 'Exports'],
  ['/costs/budget', 'Budget'],
  ['/costs/prices', 'Prices'],
]

type Props = { children: ReactNode; note?: ReactNode; end?: ReactNode }

export function CostsFrame({ children, note, end }: Props) {
  return (
    <>
      <Head title="Costs" end={end}>
        {note}
      </Head>
      <nav className={styles.pages} aria-label="Pages of costs">
        {PAGES.map(([to, name]) => (
          <Link key={to} {...toPage(to)} activeOptions={{ exact: to === '/costs', includeSearch: false }}>
            {name}
          </Link>
        ))}
      </nav>
      {children}
    </>
  )
}
