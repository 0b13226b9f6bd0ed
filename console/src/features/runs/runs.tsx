import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { count, plural } from '../../ui/format/time.ts'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { LiveDot, PageProblem, toWorkflows, useRights } from '../shell/index.ts'
import { ActivityChart } from './activity-chart.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { RunFilters, without } from './filter-bar.tsx'
import { type RunFilter, readFilter } from './model/filter.ts'
import { patched } from './model/rows.ts'
import { useCounts, useRuns, useSeries } from './queries.ts'
import { RunTable } from './run-table.tsx'
import styles from './runs.module.css'
import { useLiveRows } from './use-live-rows.ts'

export function Runs() {
  useTitle('Runs')
  const search = useSearch({ from: '/shell/runs' })
  const filter = useMemo(() => readFilter(search), [search])
  const go = useNavigate({ from: '/runs' })
  const list = useRuns(filter)
  const counts = useCounts(filter)
  const { changes, fresh, forget } = useLiveRows(filter)
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const { mayRun } = useRights()
  const loaded = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data])
  const rows = useMemo(() => patched(loaded, changes), [loaded, changes])
  const known = useMemo(() => new Set(loaded.map((row) => row.id)), [loaded])
  const newOnes = [...fresh].filter((id) => !known.has(id)).length
  const total = (filter.status ? counts.data?.byStatus[filter.status] : counts.data?.total) ?? 0

  const change = (next: RunFilter) => {
    setPicked(new Set())
    const { team } = search as { team?: string }
    void go({ search: { ...next, ...(team && { team }) } as typeof search })
  }
  const takeIn = () => {
    forget()
    void list.refetch()
  }
  // In an empty list nothing moves while somebody reads.
  const isFirst = newOnes > 0 && list.isSuccess && rows.length === 0
  useEffect(() => {
    if (isFirst) takeIn()
  })
  return (
    <>
      <Head
        title="Runs"
        end={
          <>
            <SearchField
              label="Search runs"
              placeholder="Title, id or error"
              value={filter.q ?? ''}
              onChange={(q) => change(q === '' ? without(filter, 'q') : { ...filter, q })}
            />
            {mayRun && (
              <Link {...toWorkflows()} className={buttonClass({ look: 'primary' })}>
                Start a run
              </Link>
            )}
          </>
        }
      >
        {counts.isSuccess && <span className="faint num">{count(total)}</span>}
        <LiveDot />
      </Head>
      <RunFilters
        filter={filter}
        counts={counts.data?.byStatus}
        total={counts.data?.total}
        onChange={change}
      />
      <Activity filter={filter} onChange={change} />
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={16} />
      ) : rows.length === 0 ? (
        <NoRuns filter={filter} onChange={change} />
      ) : (
        <>
          {newOnes > 0 && (
            <div className={styles.fresh}>
              <Button size="small" onClick={takeIn}>
                {plural(newOnes, 'new run')}
              </Button>
            </div>
          )}
          <RunTable
            rows={rows}
            total={total}
            isOld={list.isPlaceholderData}
            picked={picked}
            onPick={setPicked}
            onEnd={() => loadNextPage(list)}
            mayRun={mayRun}
          />
        </>
      )}
      {picked.size > 0 && (
        <BulkBar
          rows={rows}
          picked={picked}
          filter={filter}
          total={total}
          byStatus={counts.data?.byStatus ?? {}}
          onClear={() => setPicked(new Set())}
        />
      )}
    </>
  )
}

type FilterProps = { filter: RunFilter; onChange: (filter: RunFilter) => void }

function Activity({ filter, onChange }: FilterProps) {
  const { data } = useSeries(filter)
  if (!data) return <div className={styles.activity} style={{ height: 44 }} />
  return (
    <div className={styles.activity}>
      <ActivityChart
        points={data.series.points}
        from={data.from}
        to={data.to}
        bucket={data.bucket}
        onRange={(from, to) => {
          const { last: _, ...others } = filter
          onChange({ ...others, from: new Date(from).toISOString(), to: new Date(to).toISOString() })
        }}
      />
    </div>
  )
}

function NoRuns({ filter, onChange }: FilterProps) {
  if (Object.keys(filter).length > 0)
    return (
      <Empty
        icon="filter"
        title="No matching runs"
        action={<Button onClick={() => onChange({})}>Show all runs</Button>}
      >
        No run of this team matches the filters above.
      </Empty>
    )
  return (
    <Empty
      icon="wave"
      title="No run yet"
      action={
        <Link {...toWorkflows()} className={buttonClass({ look: 'primary' })}>
          Choose a workflow to run
        </Link>
      }
    >
      Runs appear here as soon as they start: manually, on a schedule or by an event.
    </Empty>
  )
}
