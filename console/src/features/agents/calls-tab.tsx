import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { asProblem } from '../../api/problem.ts'
import { usd } from '../../ui/format/money.ts'
import { count, duration, shortId } from '../../ui/format/time.ts'
import { Ago, Elapsed } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { type Column, DataTable } from '../../ui/kit/data-table.tsx'
import { FilterBar } from '../../ui/kit/filter-bar.tsx'
import { Empty, ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { StatusCell } from '../../ui/kit/status-cell.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { shownStatus, statusLabel } from '../../ui/status.ts'
import { PersonName } from '../people/index.ts'
import { toRun } from '../shell/index.ts'
import styles from './agent.module.css'
import type { Agent } from './queries.ts'

type Call = Schemas['ExecutionSummary']
const STATUSES = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const
type Status = (typeof STATUSES)[number]
const REFRESH_MS = 10_000

const useCalls = (agentId: string, status: Status | undefined) =>
  useInfiniteQuery({
    queryKey: ['runs', 'calls', agentId, status],
    ...PAGED,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: ({ pageParam }) =>
      call('GET /runs', {
        query: {
          kind: 'agent',
          subjectId: agentId,
          limit: 50,
          ...(status && { status }),
          ...pageAfter(pageParam),
        },
      }),
  })

const useCallCounts = (agentId: string) =>
  useQuery({
    queryKey: ['runs', 'call-counts', agentId],
    refetchInterval: REFRESH_MS,
    queryFn: () => call('GET /runs/counts', { query: { kind: 'agent', subjectId: agentId } }),
  })

const COLUMNS: Column<Call>[] = [
  {
    name: 'Status',
    width: '110px',
    phone: 'sign',
    cell: ({ status, progress, waitingFor }) => (
      <StatusCell
        status={shownStatus(
          status,
          waitingFor.map(({ kind }) => kind),
        )}
        progress={progress}
      />
    ),
  },
  {
    name: 'Run',
    width: '72px',
    phone: 'title',
    cell: ({ id }) => (
      <span className="mono dim" title={id}>
        {shortId(id)}
      </span>
    ),
  },
  {
    name: 'Note',
    width: 'minmax(0, 1fr)',
    phone: 'detail',
    cell: ({ error }) =>
      error && (
        <span className={styles.bad} title={error.message}>
          {error.message}
        </span>
      ),
  },
  {
    name: 'By',
    width: '140px',
    medium: null,
    cell: ({ startedBy }) => startedBy && <PersonName id={startedBy} />,
  },
  {
    name: 'Version',
    width: '60px',
    align: 'end',
    medium: null,
    cell: ({ workflowVersion }) => <span className="faint num">v{workflowVersion}</span>,
  },
  {
    name: 'Tokens',
    width: '84px',
    align: 'end',
    cell: ({ cost }) => <span className="num">{count(cost.inputTokens + cost.outputTokens)}</span>,
  },
  {
    name: 'Cost',
    width: '80px',
    align: 'end',
    cell: ({ cost }) => (
      <span
        className="num"
        title={cost.unpricedCalls > 0 ? 'The price of a model that was called is not known.' : undefined}
      >
        {usd(cost.usd)}
        {cost.unpricedCalls > 0 && ' +'}
      </span>
    ),
  },
  {
    name: 'Time',
    width: '84px',
    align: 'end',
    cell: ({ finishedAt, durationMs, startedAt }) => (
      <span className="num">{finishedAt ? duration(durationMs) : <Elapsed since={startedAt} />}</span>
    ),
  },
  {
    name: 'Started',
    width: '84px',
    align: 'end',
    phone: 'end',
    cell: ({ createdAt }) => (
      <span className="faint">
        <Ago at={createdAt} />
      </span>
    ),
  },
]

/** The calls of an agent, in chats and over HTTP, each a run. */
export function CallsTab({ agent }: { agent: Agent }) {
  const search = useSearch({ from: '/shell/agents/$id' })
  const status = STATUSES.find((one) => one === search.status)
  const go = useNavigate({ from: '/agents/$id' })
  const open = useNavigate()
  const list = useCalls(agent.id, status)
  const counts = useCallCounts(agent.id).data
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data])
  const filter = (next?: Status) =>
    void go({ search: { tab: 'calls', ...(next && { status: next }) }, replace: true })
  const total = status ? counts?.byStatus[status] : counts?.total
  return (
    <>
      <FilterBar>
        <Chip pressed={status === undefined} onClick={() => filter()}>
          All <span className="faint num">{counts && count(counts.total)}</span>
        </Chip>
        {STATUSES.filter((one) => one === status || (counts?.byStatus[one] ?? 0) > 0).map((one) => (
          <Chip key={one} pressed={status === one} onClick={() => filter(status === one ? undefined : one)}>
            <Glyph status={one} size={12} />
            {statusLabel(one)} <span className="faint num">{count(counts?.byStatus[one] ?? 0)}</span>
          </Chip>
        ))}
      </FilterBar>
      {list.isError ? (
        <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={10} />
      ) : rows.length === 0 ? (
        <Empty
          icon="wave"
          title={status ? 'No matching calls' : 'Never called'}
          action={status && <Button onClick={() => filter()}>Show all</Button>}
        >
          Each call of this agent appears here, from chats and over HTTP. Workflows and tasks that use it have
          runs of their own.
        </Empty>
      ) : (
        <DataTable<Call>
          label="Calls"
          columns={COLUMNS}
          rows={rows}
          total={total}
          isOld={list.isPlaceholderData}
          nameOf={({ id }) => shortId(id)}
          onOpen={({ id }) => void open(toRun(id))}
          onEnd={() => loadNextPage(list)}
        />
      )}
    </>
  )
}
