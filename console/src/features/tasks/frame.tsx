// The header that all pages of tasks share, with the links between them.
import type { ReactNode } from 'react'
import { Head } from '../../ui/kit/page.tsx'
import { PageLinks, useRights } from '../shell/index.ts'

const PAGES = [
  ['/tasks', 'Tasks'],
  ['/tasks/templates', 'Templates'],
  ['/tasks/figures', 'Figures'],
  ['/tasks/limits', 'Limits'],
  ['/tasks/import', 'Import'],
] as const

type Props = { children: ReactNode; note?: ReactNode; end?: ReactNode }

export function TasksFrame({ children, note, end }: Props) {
  const { mayRun } = useRights()
  return (
    <>
      <Head title="Tasks" end={end}>
        {note}
      </Head>
      <PageLinks
        label="Pages of tasks"
        pages={mayRun ? PAGES : PAGES.filter(([path]) => path !== '/tasks/import')}
      />
      {children}
    </>
  )
}
