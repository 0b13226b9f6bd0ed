import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { call, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { count, exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { PageProblem } from '../shell/index.ts'
import styles from './admin.module.css'
import { AdminFrame } from './frame.tsx'
import { type ConnectionSearch, readConnections } from './model/search.ts'
import { useAdminAction } from './queries.ts'
import { TextFilter } from './text-filter.tsx'

const REFRESH_MS = 15_000

/** The open sockets and streams of all users. */
export function Connections() {
  useTitle('Connections')
  const search = readConnections(useSearch({ from: '/shell/admin/connections' }))
  const go = useNavigate({ from: '/admin/connections' })
  const list = useInfiniteQuery({
    queryKey: ['admin', 'connections', search],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /realtime/admin/connections', {
        query: { ...search, limit: 100, count: 'true', ...pageAfter(pageParam) },
      }),
    refetchInterval: REFRESH_MS,
  })
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  const set = (change: ConnectionSearch) =>
    void go({
      search: (old) => changedSearch<ConnectionSearch>(old, change),
      replace: true,
    })
  return (
    <AdminFrame note={total !== undefined && <span className="faint num">{count(total)}</span>}>
      <div className={styles.filters} role="toolbar" aria-label="Filters">
        <TextFilter label="Id of a user" value={search.userId ?? ''} onChange={(userId) => set({ userId })} />
        <TextFilter label="Id of a team" value={search.teamId ?? ''} onChange={(teamId) => set({ teamId })} />
      </div>
      <div className={sheet.page}>
        {list.isError ? (
          <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Skeleton rows={8} />
        ) : rows.length === 0 ? (
          <Empty icon="link" title="No open connections">
            Consoles and programs that follow changes live are listed here.
          </Empty>
        ) : (
          <div className={sheet.scroll} role="region" aria-label="Connections" tabIndex={0}>
            <table className={sheet.table} data-text="true">
              <thead>
                <tr>
                  <th scope="col">Who</th>
                  <th scope="col">Team</th>
                  <th scope="col">Kind</th>
                  <th scope="col" className="wide-only">
                    Address
                  </th>
                  <th scope="col">Opened</th>
                  <th scope="col">
                    <span className="unseen">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((one) => (
                  <Row key={one.id} connection={one} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        <More of={list} className={sheet.more}>
          Show more
        </More>
      </div>
    </AdminFrame>
  )
}

function Row({ connection: one }: { connection: Schemas['Connection'] }) {
  const close = useAdminAction(() =>
    call('DELETE /realtime/admin/connections/{id}', { params: { id: one.id } }),
  )
  return (
    <tr>
      <th scope="row">
        {one.email ?? one.userId}
        {one.keyId !== null && <span className="faint"> with an API key</span>}
      </th>
      <td title={one.teamId}>{one.teamName ?? one.teamId}</td>
      <td className="dim">{one.kind}</td>
      <td className="wide-only dim" title={one.userAgent ?? undefined}>
        {one.address}
      </td>
      <td title={exact(one.openedAt)}>
        <Ago at={one.openedAt} />
      </td>
      <td>
        <ConfirmButton
          size="small"
          question={`Close the connection of ${one.email ?? one.userId}?`}
          about="A console connects again by itself. To keep somebody out, disable the user."
          verb="Close it"
          onConfirm={() => close.mutateAsync(undefined)}
        >
          Close
        </ConfirmButton>
      </td>
    </tr>
  )
}
