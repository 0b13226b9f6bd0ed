import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { decimal, money } from '../../ui/format/money.ts'
import { count } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { type Column, DataTable } from '../../ui/kit/data-table.tsx'
import { ActiveFilter, FilterBar } from '../../ui/kit/filter-bar.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { StatusCell } from '../../ui/kit/status-cell.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { statusLabel } from '../../ui/status.ts'
import { LiveDot, PageProblem, useRights } from '../shell/index.ts'
import { CostsFrame } from './frame.tsx'
import { type Job, useJobs, useLiveJobs } from './job-queries.ts'
import { toJob } from './links.ts'
import { JOB_STATUSES, type JobSearch, readJobs } from './model/jobs.ts'

const JobDialog = lazy(() => import('./job-dialog.tsx').then((parts) => ({ default: parts.JobDialog })))

const COLUMNS: readonly Column<Job>[] = [
  { name: 'Status', width: '116px', phone: 'sign', cell: (row) => <StatusCell status={row.status} /> },
  {
    name: 'Job',
    width: 'minmax(120px, 1.2fr)',
    phone: 'title',
    cell: (row) => <bdi className={sheet.strong}>{row.modelName ?? row.externalId ?? row.id.slice(-6)}</bdi>,
  },
  {
    name: 'External id',
    width: 'minmax(80px, 1fr)',
    medium: null,
    cell: (row) => <span className="mono dim">{row.externalId}</span>,
  },
  {
    name: 'GPUs',
    width: 'minmax(90px, 0.8fr)',
    phone: 'detail',
    cell: (row) => `${count(row.gpuCount)} × ${row.gpuType}`,
  },
  {
    name: 'Provider',
    width: 'minmax(70px, 0.7fr)',
    cell: (row) => <span className="dim">{row.provider}</span>,
  },
  {
    name: 'Utilisation',
    width: '90px',
    medium: null,
    align: 'end',
    cell: (row) => (row.utilization === null ? null : `${decimal(row.utilization.gpuPct, 0)} %`),
  },
  { name: 'GPU hours', width: '96px', align: 'end', sort: '-hours', cell: (row) => decimal(row.hours) },
  {
    name: 'Cost',
    width: '100px',
    align: 'end',
    phone: 'end',
    sort: '-cost',
    cell: (row) =>
      row.costUsd === null ? (
        <span className="faint" title="No price is known">
          –
        </span>
      ) : (
        <span className={sheet.plain}>{money(row.costUsd)}</span>
      ),
  },
  {
    name: 'Started',
    width: '84px',
    align: 'end',
    sort: '-startedAt',
    cell: (row) => (
      <span className="faint">
        <Ago at={row.startedAt} />
      </span>
    ),
  },
]

export function Jobs() {
  useTitle('GPU jobs')
  useLiveJobs()
  const search = readJobs(useSearch({ from: '/shell/costs/jobs' }))
  const go = useNavigate({ from: '/costs/jobs' })
  const list = useJobs(search)
  const [isCreating, setCreating] = useState(false)
  const { mayRun } = useRights()
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  const set = (change: Partial<Record<keyof JobSearch, unknown>>) =>
    void go({
      search: (old) => changedSearch<JobSearch>(old, change),
      replace: true,
    })
  const { sort: _, ...filter } = search
  return (
    <CostsFrame
      note={
        <>
          {total !== undefined && <span className="faint num">{count(total)}</span>}
          <LiveDot />
        </>
      }
      end={
        <>
          <SearchField
            label="Search jobs"
            placeholder="Model, id, GPU or note"
            value={search.q ?? ''}
            onChange={(q) => set({ q })}
          />
          {mayRun && (
            <Button look="primary" icon="plus" foldsText onClick={() => setCreating(true)}>
              Record a job
            </Button>
          )}
        </>
      }
    >
      <FilterBar
        end={
          <Chip pressed={search.deleted === true} onClick={() => set({ deleted: !search.deleted })}>
            Deleted
          </Chip>
        }
      >
        <Chip pressed={!search.status} onClick={() => set({ status: undefined })}>
          All
        </Chip>
        {JOB_STATUSES.map((status) => (
          <Chip
            key={status}
            pressed={search.status === status}
            onClick={() => set({ status: search.status === status ? undefined : status })}
          >
            <Glyph status={status} size={12} />
            {statusLabel(status)}
          </Chip>
        ))}
        {(['provider', 'gpuType', 'model', 'label', 'q'] as const).map(
          (name) =>
            search[name] && (
              <ActiveFilter key={name} onRemove={() => set({ [name]: undefined })}>
                {search[name]}
              </ActiveFilter>
            ),
        )}
      </FilterBar>
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={10} />
      ) : rows.length === 0 ? (
        Object.keys(filter).length > 0 ? (
          <Empty
            icon="filter"
            title="No matching jobs"
            action={<Button onClick={() => void go({ search: {} })}>Show all jobs</Button>}
          />
        ) : (
          <Empty icon="gpu" title="No GPU jobs yet">
            Jobs on GPUs appear here when a scheduler reports them. Their cost is computed from hours and
            price.
            <code className={sheet.curl}>{CURL}</code>
          </Empty>
        )
      ) : (
        <DataTable
          label="GPU jobs"
          columns={COLUMNS}
          rows={rows}
          total={total}
          isOld={list.isPlaceholderData}
          nameOf={(row) => row.modelName ?? row.externalId ?? row.id}
          onOpen={(row) => void go(toJob(row.id))}
          onEnd={() => loadNextPage(list)}
          sort={search.sort ?? '-createdAt'}
          onSort={(sort) => set({ sort })}
        />
      )}
      {isCreating && (
        <Suspense>
          <JobDialog onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </CostsFrame>
  )
}

const CURL = `curl -X POST ${location.origin}/api/v1/jobs -H "x-api-key: $KEY" -H 'content-type: application/json' -d '{"externalId":"slurm-4711","provider":"aws","gpuType":"H100","gpuCount":8,"status":"running"}'`
