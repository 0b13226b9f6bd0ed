import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { count, duration, plural } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { type Column, DataTable } from '../../ui/kit/data-table.tsx'
import { ActiveFilter, FilterBar } from '../../ui/kit/filter-bar.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { Chip } from '../../ui/kit/tag.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { PageProblem } from '../shell/index.ts'
import { AdminFrame } from './frame.tsx'
import { type MessageSearch, readMessages } from './model/search.ts'
import { useAdminAction, useQueueFigures } from './queries.ts'

type Message = Schemas['QueuedMessage']

const MessageDialog = lazy(() =>
  import('./message-dialog.tsx').then((parts) => ({ default: parts.MessageDialog })),
)

const COLUMNS: readonly Column<Message>[] = [
  {
    name: 'Status',
    width: '80px',
    phone: 'end',
    cell: (row) =>
      row.status === 'dead' ? <span className={sheet.bad}>dead</span> : <span className="dim">pending</span>,
  },
  {
    name: 'Type',
    width: 'minmax(140px, 1fr)',
    phone: 'title',
    cell: (row) => <span className="mono">{row.type}</span>,
  },
  { name: 'Attempts', width: '80px', align: 'end', cell: (row) => count(row.attempts) },
  {
    name: 'Last error',
    width: 'minmax(140px, 2fr)',
    phone: 'detail',
    cell: (row) => <span className="dim">{row.lastError}</span>,
  },
  {
    name: 'Next attempt',
    width: '110px',
    align: 'end',
    medium: null,
    cell: (row) => <span className="faint">{row.status === 'dead' ? 'none' : <Ago at={row.nextAt} />}</span>,
  },
  {
    name: 'Created',
    width: '90px',
    align: 'end',
    cell: (row) => (
      <span className="faint">
        <Ago at={row.createdAt} />
      </span>
    ),
  },
]

const REFRESH_MS = 10_000

export function Queues() {
  useTitle('Queues')
  const { id, ...search } = readMessages(useSearch({ from: '/shell/admin/queues' }))
  const go = useNavigate({ from: '/admin/queues' })
  const figures = useQueueFigures().data
  const list = useInfiniteQuery({
    queryKey: ['admin', 'messages', search],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /admin/queues/messages', {
        query: { ...search, limit: 100, count: 'true', ...pageAfter(pageParam) },
      }),
    refetchInterval: REFRESH_MS,
  })
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  const set = (change: { [Name in keyof MessageSearch]?: string }) =>
    void go({
      search: (old) => changedSearch<MessageSearch>(old, change),
      replace: true,
    })
  const dead = (figures?.messages ?? [])
    .filter(({ type }) => search.type === undefined || type === search.type)
    .reduce((sum, one) => sum + one.dead, 0)
  return (
    <AdminFrame
      note={total !== undefined && <span className="faint num">{count(total)}</span>}
      end={dead > 0 && <DeadActions type={search.type ?? null} dead={dead} />}
    >
      <FilterBar>
        <Chip pressed={!search.status} onClick={() => set({ status: undefined })}>
          All
        </Chip>
        {(['pending', 'dead'] as const).map((status) => (
          <Chip
            key={status}
            pressed={search.status === status}
            onClick={() => set({ status: search.status === status ? undefined : status })}
          >
            {status === 'dead' ? 'Dead' : 'Pending'}
          </Chip>
        ))}
        {search.type && <ActiveFilter onRemove={() => set({ type: undefined })}>{search.type}</ActiveFilter>}
      </FilterBar>
      {figures && figures.messages.length > 0 && (
        <FilterBar>
          {figures.messages.map((one) => (
            <Chip key={one.type} pressed={search.type === one.type} onClick={() => set({ type: one.type })}>
              <span className="mono">{one.type}</span>
              <span className="faint">
                {count(one.pending)} pending{one.dead > 0 && `, ${count(one.dead)} dead`}
                {one.delaySeconds > 1 && `, ${duration(one.delaySeconds * 1000)} late`}
              </span>
            </Chip>
          ))}
        </FilterBar>
      )}
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={10} />
      ) : rows.length === 0 ? (
        <Empty icon="check" title={search.status === 'dead' ? 'No dead messages' : 'No messages wait'}>
          A message that has failed ten times is dead. It stays here until somebody retries or deletes it.
        </Empty>
      ) : (
        <DataTable
          label="Messages"
          columns={COLUMNS}
          rows={rows}
          total={total}
          isOld={list.isPlaceholderData}
          nameOf={(row) => row.type}
          onOpen={(row) => set({ id: row.id })}
          onEnd={() => loadNextPage(list)}
        />
      )}
      {id !== undefined && (
        <Suspense>
          <MessageDialog id={id} onClose={() => set({ id: undefined })} />
        </Suspense>
      )}
    </AdminFrame>
  )
}

/** Page by page, because a request changes at most 500 messages. */
async function changeAll(verb: 'redrive' | 'discard', type: string | null): Promise<number> {
  let changed = 0
  for (;;) {
    const answer = await call(`POST /admin/queues/${verb}`, { body: { type } })
    changed += answer.changed
    if (answer.remaining === 0 || answer.changed === 0) return changed
  }
}

function DeadActions({ type, dead }: { type: string | null; dead: number }) {
  const what = `${plural(dead, 'dead message')}${type === null ? '' : ` of the type ${type}`}`
  const redrive = useAdminAction(() => changeAll('redrive', type))
  const discard = useAdminAction(() => changeAll('discard', type))
  return (
    <>
      <ConfirmButton
        icon="retry"
        foldsText
        question={`Retry ${what}?`}
        about="Each gets ten new attempts."
        verb="Retry them"
        onConfirm={async () =>
          showToast(`${plural(await redrive.mutateAsync(undefined), 'message')} will be retried.`)
        }
      >
        Retry the dead ones
      </ConfirmButton>
      <ConfirmButton
        icon="trash"
        foldsText
        question={`Delete ${what}?`}
        about="What they were for never happens: a mail is not sent, a webhook is not delivered."
        verb="Delete them"
        onConfirm={async () =>
          showToast(`${plural(await discard.mutateAsync(undefined), 'message')} deleted.`)
        }
      >
        Delete the dead ones
      </ConfirmButton>
    </>
  )
}
