import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { count } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { DataTable } from '../../ui/kit/data-table.tsx'
import { ActiveFilter } from '../../ui/kit/filter-bar.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { PageProblem, toCost, useRights } from '../shell/index.ts'
import { COST_COLUMNS } from './cost-columns.tsx'
import { CostDialog } from './cost-dialog-lazy.tsx'
import { ExportButton } from './export-button.tsx'
import { FilterBar } from './filter-bar.tsx'
import { CostsFrame } from './frame.tsx'
import { type RowSearch, readRows, type Sort } from './model/filter.ts'
import { useCosts } from './queries.ts'

export function Rows() {
  useTitle('Costs')
  const search = readRows(useSearch({ from: '/shell/costs/rows' }))
  const go = useNavigate({ from: '/costs/rows' })
  const list = useCosts(search)
  const [isRecording, setRecording] = useState(false)
  const { mayRun } = useRights()
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  const set = (change: Partial<RowSearch>) =>
    void go({
      search: (old) =>
        Object.fromEntries(
          Object.entries({ ...old, ...change }).filter(([, value]) => value !== undefined && value !== ''),
        ) as RowSearch,
      replace: true,
    })
  return (
    <CostsFrame
      note={total !== undefined && <span className="faint num">{count(total)}</span>}
      end={
        <>
          <SearchField
            label="Search rows"
            placeholder="Provider, service, resource"
            value={search.q ?? ''}
            onChange={(q) => set({ q })}
          />
          <ExportButton filter={search} />
          {mayRun && (
            <Button look="primary" icon="plus" foldsText onClick={() => setRecording(true)}>
              Record a cost
            </Button>
          )}
        </>
      }
    >
      <FilterBar filter={search} onChange={set}>
        {search.q && <ActiveFilter onRemove={() => set({ q: '' })}>{search.q}</ActiveFilter>}
        {search.currency && (
          <ActiveFilter onRemove={() => set({ currency: '' })}>{search.currency}</ActiveFilter>
        )}
      </FilterBar>
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={14} />
      ) : rows.length === 0 ? (
        <Empty
          icon="coins"
          title="No rows"
          action={<Button onClick={() => void go({ search: {} })}>Show the last 30 days</Button>}
        >
          No recorded costs of these days match.
        </Empty>
      ) : (
        <DataTable
          label="Costs"
          columns={COST_COLUMNS}
          rows={rows}
          total={total}
          isOld={list.isPlaceholderData}
          nameOf={(row) => `${row.provider} on ${row.date}`}
          onOpen={(row) => void go(toCost(row.id))}
          onEnd={() => loadNextPage(list)}
          sort={search.sort ?? '-date'}
          onSort={(sort) => set({ sort: sort as Sort })}
        />
      )}
      {isRecording && <CostDialog onClose={() => setRecording(false)} />}
    </CostsFrame>
  )
}
