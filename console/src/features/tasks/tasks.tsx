import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useMemo } from 'react'
import { count } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { LiveDot, useRights } from '../shell/index.ts'
import { filterOf, type TaskFilter, type TaskSearch, type View } from './model/filter.ts'
import { countOf, groupOfFilter } from './model/groups.ts'
import { useCounts } from './queries.ts'
import { TaskFilters } from './task-filters.tsx'
import { TaskList } from './task-list.tsx'
import { useLiveTasks } from './use-live-tasks.ts'

const Board = lazy(() => import('./board/board.tsx').then(({ Board }) => ({ default: Board })))
const Tree = lazy(() => import('./tree.tsx').then(({ Tree }) => ({ default: Tree })))
const NewTask = lazy(() => import('./task-dialog.tsx').then(({ NewTask }) => ({ default: NewTask })))

const VIEW_NAMES: { id: View; name: string }[] = [
  { id: 'list', name: 'List' },
  { id: 'board', name: 'Board' },
  { id: 'tree', name: 'Tree' },
]

export function Tasks() {
  useTitle('Tasks')
  const search = useSearch({ from: '/shell/tasks' })
  const go = useNavigate({ from: '/tasks' })
  const { mayRun } = useRights()
  const { view = 'list', sort = '-created' } = search
  const filter = useMemo(() => filterOf(search), [search])
  const counts = useCounts(filter).data
  useLiveTasks()
  const change = (next: Partial<TaskSearch>) =>
    void go({
      search: (old) =>
        Object.fromEntries(
          Object.entries({ ...old, ...next }).filter(([, value]) => value !== undefined && value !== ''),
        ) as typeof search,
      replace: true,
    })
  const setFilter = (next: TaskFilter) =>
    change({ ...NO_FILTER, ...next, status: next.status?.join(',') } as Partial<TaskSearch>)
  const group = groupOfFilter(filter.status)
  const total =
    counts === undefined
      ? undefined
      : group === null
        ? totalOf(filter, counts)
        : countOf(group, counts.byStatus)
  const openNew = () => change({ new: true })
  const common = { filter, onFilter: setFilter, mayRun, onNew: openNew }
  return (
    <>
      <Head
        title="Tasks"
        end={
          <>
            <SearchField
              label="Search tasks"
              placeholder="Words of a task"
              value={filter.q ?? ''}
              onChange={(q) => change({ q })}
            />
            {mayRun && (
              <Button foldsText look="primary" icon="plus" onClick={openNew}>
                New task
              </Button>
            )}
          </>
        }
      >
        <span className="faint num wide-only">{total === undefined ? '' : count(total)}</span>
        <span className="wide-only">
          <LiveDot />
        </span>
        <Tabs
          look="box"
          label="View"
          tabs={VIEW_NAMES}
          value={view}
          onChange={(next) => change({ view: next === 'list' ? undefined : (next as View) } as never)}
        />
      </Head>
      <TaskFilters filter={filter} counts={counts} onChange={setFilter} />
      <Suspense fallback={<Skeleton rows={12} />}>
        {view === 'board' ? (
          <Board {...common} />
        ) : view === 'tree' ? (
          <Tree {...common} />
        ) : (
          <TaskList
            {...common}
            sort={sort}
            onSort={(next) => change({ sort: next } as never)}
            total={total}
            byStatus={counts?.byStatus ?? {}}
          />
        )}
      </Suspense>
      {search.new && mayRun && (
        <Suspense>
          <NewTask onClose={() => change({ new: undefined } as never)} />
        </Suspense>
      )}
    </>
  )
}

const NO_FILTER = {
  q: undefined,
  type: undefined,
  assignee: undefined,
  priority: undefined,
  tag: undefined,
  due: undefined,
  errors: undefined,
}

const totalOf = (
  { status }: TaskFilter,
  { total, byStatus }: { total: number; byStatus: Record<string, number> },
): number => (status === undefined ? total : status.reduce((sum, one) => sum + (byStatus[one] ?? 0), 0))
