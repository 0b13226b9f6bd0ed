// The header that all pages of costs share, with the tabs that lead to them.
import type { ReactNode } from 'react'
import { Head } from '../../ui/kit/page.tsx'
import { PageLinks } from '../shell/index.ts'

const PAGES: [path: string, name: string][] = [
  ['/costs', 'Overview'],
  ['/costs/rows', 'Rows'],
  ['/costs/usage', 'Usage'],
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
      <PageLinks label="Pages of costs" pages={PAGES} />
      {children}
    </>
  )
}
