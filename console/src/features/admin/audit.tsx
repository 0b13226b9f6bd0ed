import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { call, download, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { count, exact, shortId } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { type Column, DataTable } from '../../ui/kit/data-table.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { loadNextPage } from '../../ui/paged-list.ts'
import { saveFile } from '../../ui/save-file.ts'
import { PageProblem } from '../shell/index.ts'
import styles from './admin.module.css'
import { AdminFrame } from './frame.tsx'
import { type AuditSearch, auditQuery, readAudit } from './model/search.ts'
import { useAdminAction } from './queries.ts'
import { TextFilter } from './text-filter.tsx'

const EntryDialog = lazy(() => import('./entry-dialog.tsx').then((parts) => ({ default: parts.EntryDialog })))
const SealDialog = lazy(() => import('./seal-dialog.tsx').then((parts) => ({ default: parts.SealDialog })))

type Entry = Schemas['AuditEntry']

const COLUMNS: readonly Column<Entry>[] = [
  {
    name: 'When',
    width: '90px',
    phone: 'end',
    cell: (row) => (
      <span className="faint" title={exact(row.createdAt)}>
        <Ago at={row.createdAt} />
      </span>
    ),
  },
  {
    name: 'Action',
    width: 'minmax(150px, 1.2fr)',
    phone: 'title',
    cell: (row) => <span className="mono">{row.action}</span>,
  },
  {
    name: 'Of',
    width: 'minmax(120px, 1fr)',
    phone: 'detail',
    cell: (row) => (
      <span className="dim" title={row.targetId}>
        {row.targetType} <span className="mono">{shortId(row.targetId)}</span>
      </span>
    ),
  },
  {
    name: 'By',
    width: 'minmax(120px, 1fr)',
    cell: (row) => (
      <span className="dim" title={row.actorId ?? undefined}>
        {row.actorKind === 'user' ? 'user' : row.actorKind.replace('_', ' ')}{' '}
        {row.actorId && <span className="mono">{shortId(row.actorId)}</span>}
      </span>
    ),
  },
  {
    name: 'Team',
    width: '90px',
    medium: null,
    cell: (row) => (
      <span className="mono faint" title={row.teamId}>
        {shortId(row.teamId)}
      </span>
    ),
  },
  {
    name: 'Address',
    width: '130px',
    medium: null,
    cell: (row) => <span className="faint">{row.address}</span>,
  },
  {
    name: 'Request',
    width: '90px',
    medium: null,
    cell: (row) => (
      <span className="mono faint" title={row.requestId}>
        {shortId(row.requestId)}
      </span>
    ),
  },
]

const FILTERS: [name: 'action' | 'actor' | 'target' | 'of', label: string][] = [
  ['action', 'Action'],
  ['actor', 'Id of a user'],
  ['target', 'Id of an object'],
  ['of', 'Id of a team'],
]

/** Who changed what, in all teams. */
export function Audit() {
  useTitle('Audit log')
  const search = readAudit(useSearch({ from: '/shell/admin/audit' }))
  const go = useNavigate({ from: '/admin/audit' })
  const [shown, setShown] = useState<Entry | null>(null)
  const [isVerifying, setVerifying] = useState(false)
  const list = useInfiniteQuery({
    queryKey: ['admin', 'audit', search],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /admin/audit-logs', {
        query: { ...auditQuery(search), limit: 100, count: 'true', ...pageAfter(pageParam) },
      }),
  })
  const save = useAdminAction(async (format: 'csv' | 'jsonl') =>
    saveFile(
      await download('GET /admin/audit-logs', { query: { ...auditQuery(search), format } }),
      `audit-log.${format}`,
    ),
  )
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  const set = (change: { [Name in keyof AuditSearch]?: string }) =>
    void go({
      search: (old) => changedSearch<AuditSearch>(old, change),
      replace: true,
    })
  return (
    <AdminFrame
      note={total !== undefined && <span className="faint num">{count(total)}</span>}
      end={
        <>
          <SearchField
            label="Search the log"
            placeholder="Action or object"
            value={search.q ?? ''}
            onChange={(q) => set({ q })}
          />
          <Button icon="download" foldsText busy={save.isPending} onClick={() => save.mutate('csv')}>
            Export
          </Button>
          <Button icon="shield" foldsText onClick={() => setVerifying(true)}>
            Verify the seals
          </Button>
        </>
      }
    >
      <div className={styles.filters} role="toolbar" aria-label="Filters">
        {FILTERS.map(([name, label]) => (
          <TextFilter
            key={name}
            label={label}
            value={search[name] ?? ''}
            onChange={(value) => set({ [name]: value })}
          />
        ))}
        <span className={sheet.grow} />
        <input
          type="date"
          className={sheet.label}
          aria-label="From"
          max={search.to}
          value={search.from ?? ''}
          onChange={({ target }) => set({ from: target.value })}
        />
        <span className="faint">to</span>
        <input
          type="date"
          className={sheet.label}
          aria-label="To"
          min={search.from}
          value={search.to ?? ''}
          onChange={({ target }) => set({ to: target.value })}
        />
        {Object.keys(search).length > 0 && (
          <Button size="small" look="quiet" onClick={() => void go({ search: {} })}>
            Clear
          </Button>
        )}
      </div>
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={14} />
      ) : rows.length === 0 ? (
        <Empty
          icon="filter"
          title="No matching entries"
          action={<Button onClick={() => void go({ search: {} })}>Show the whole log</Button>}
        />
      ) : (
        <DataTable
          label="Audit log"
          columns={COLUMNS}
          rows={rows}
          total={total}
          isOld={list.isPlaceholderData}
          nameOf={(row) => `${row.action} ${row.targetId}`}
          onOpen={setShown}
          onEnd={() => loadNextPage(list)}
        />
      )}
      <Suspense>
        {shown && <EntryDialog entry={shown} onClose={() => setShown(null)} onFilter={set} />}
        {isVerifying && <SealDialog team={search.of} onClose={() => setVerifying(false)} />}
      </Suspense>
    </AdminFrame>
  )
}
