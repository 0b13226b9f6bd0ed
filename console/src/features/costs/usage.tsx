import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { decimal } from '../../ui/format/money.ts'
import { count } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { type Column, DataTable } from '../../ui/kit/data-table.tsx'
import { ActiveFilter } from '../../ui/kit/filter-bar.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { loadNextPage } from '../../ui/paged-list.ts'
import { PageProblem, useRights } from '../shell/index.ts'
import { ExportButton } from './export-button.tsx'
import { FilterBar } from './filter-bar.tsx'
import { CostsFrame } from './frame.tsx'
import { type RowSearch, readRows, type Sort } from './model/filter.ts'
import { type Usage, useUsageRows, useUsageTotal } from './usage-queries.ts'

const UsageDialog = lazy(() => import('./usage-dialog.tsx').then((parts) => ({ default: parts.UsageDialog })))
const UsageRow = lazy(() => import('./usage-row.tsx').then((parts) => ({ default: parts.UsageRow })))

const COLUMNS: readonly Column<Usage>[] = [
  {
    name: 'Day',
    width: '92px',
    phone: 'detail',
    sort: '-date',
    cell: (row) => <span className="num">{row.date}</span>,
  },
  {
    name: 'Provider',
    width: 'minmax(100px, 0.8fr)',
    phone: 'title',
    cell: (row) => <bdi className={sheet.strong}>{row.provider}</bdi>,
  },
  {
    name: 'Service',
    width: 'minmax(100px, 1fr)',
    cell: (row) => [row.service, row.gpuType, row.model].filter(Boolean).join(' · '),
  },
  {
    name: 'Resource',
    width: 'minmax(80px, 1fr)',
    medium: null,
    cell: (row) => <span className="dim">{row.resource}</span>,
  },
  { name: 'Source', width: '90px', medium: null, cell: (row) => <span className="faint">{row.source}</span> },
  {
    name: 'Quantity',
    width: '150px',
    align: 'end',
    cell: (row) => (row.quantity === null ? null : `${decimal(row.quantity)} ${row.unit ?? ''}`),
  },
  { name: 'Hours', width: '100px', align: 'end', phone: 'end', cell: (row) => decimal(row.hours) },
]

/** Hours and quantities, with the same filters as costs. */
export function UsagePage() {
  useTitle('Usage')
  const search = readRows(useSearch({ from: '/shell/costs/usage' }))
  const go = useNavigate({ from: '/costs/usage' })
  const list = useUsageRows(search)
  const sum = useUsageTotal(search).data
  const [isRecording, setRecording] = useState(false)
  const [shown, setShown] = useState<Usage | null>(null)
  const { mayRun } = useRights()
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  const set = (change: Partial<RowSearch>) =>
    void go({
      search: (old) => changedSearch<RowSearch>(old, change),
      replace: true,
    })
  return (
    <CostsFrame
      note={total !== undefined && <span className="faint num">{count(total)}</span>}
      end={
        <>
          <SearchField
            label="Search usage"
            placeholder="Provider, service, resource"
            value={search.q ?? ''}
            onChange={(q) => set({ q })}
          />
          <ExportButton filter={search} kind="usage" />
          {mayRun && (
            <Button look="primary" icon="plus" foldsText onClick={() => setRecording(true)}>
              Record usage
            </Button>
          )}
        </>
      }
    >
      <FilterBar filter={search} onChange={set}>
        {search.q && <ActiveFilter onRemove={() => set({ q: '' })}>{search.q}</ActiveFilter>}
        {sum && (
          <span className="dim num">
            {decimal(sum.totalHours)} hours, {count(sum.tokens)} tokens
          </span>
        )}
      </FilterBar>
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={14} />
      ) : rows.length === 0 ? (
        <Empty icon="hourglass" title="No usage in these days">
          Hours and quantities appear here when somebody records or imports them.
          <code className={sheet.curl}>{CURL}</code>
        </Empty>
      ) : (
        <DataTable
          label="Usage"
          columns={COLUMNS}
          rows={rows}
          total={total}
          isOld={list.isPlaceholderData}
          nameOf={(row) => `${row.provider} on ${row.date}`}
          onOpen={setShown}
          onEnd={() => loadNextPage(list)}
          sort={search.sort ?? '-date'}
          onSort={(sort) => set({ sort: sort as Sort })}
        />
      )}
      <Suspense>
        {isRecording && <UsageDialog onClose={() => setRecording(false)} />}
        {shown && <UsageRow usage={shown} mayDelete={mayRun} onClose={() => setShown(null)} />}
      </Suspense>
    </CostsFrame>
  )
}

const CURL = `curl -X POST ${location.origin}/api/v1/usage -H "x-api-key: $KEY" -H 'content-type: application/json' -d '{"date":"2026-01-31","provider":"aws","gpuType":"H100","hours":192,"source":"agent"}'`
