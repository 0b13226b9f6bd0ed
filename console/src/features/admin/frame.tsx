import type { ReactNode } from 'react'
import { Head } from '../../ui/kit/page.tsx'
import { PageLinks, Unknown, useMe } from '../shell/index.ts'

const PAGES: readonly [path: string, name: string][] = [
  ['/admin', 'Health'],
  ['/admin/users', 'Users'],
  ['/admin/runs', 'Stuck runs'],
  ['/admin/queues', 'Queues'],
  ['/admin/audit', 'Audit'],
  ['/admin/announcements', 'Announcements'],
  ['/admin/connections', 'Connections'],
  ['/admin/settings', 'Settings'],
]

type Props = { children: ReactNode; note?: ReactNode; end?: ReactNode }

/** The header of all pages of the admin side. For everybody else they do not exist; the server refuses their data in any case. */
export function AdminFrame({ children, note, end }: Props) {
  const me = useMe().data
  if (me === undefined) return null
  if (me.role !== 'admin') return <Unknown />
  return (
    <>
      <Head title="Admin" end={end}>
        {note}
      </Head>
      <PageLinks label="Pages of the admin side" pages={PAGES} />
      {children}
    </>
  )
}
