import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import { count } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { LiveDot, useRights } from '../shell/index.ts'
import { TasksFrame } from './frame.tsx'
import { filterOf, readSearch, type TaskFilter, type TaskSearch, type View } from './model/filter.ts'
import { countOf, groupOfFilter } from './model/groups.ts'
import { useCounts } from './queries.ts'
import { TaskFilters } from './task-filters.tsx'
import { TaskList } from './task-list.tsx'
import { useLiveTasks } from './use-live-tasks.ts'

const Board = lazy(() => import('./board/board.tsx').then(({ Board }) => ({ default: Board })))
const Graph = lazy(() => import('./graph.tsx').then(({ Graph }) => ({ default: Graph })))
const Tree = lazy(() => import('./tree.tsx').then(({ Tree }) => ({ default: Tree })))
const ExportDialog = lazy(() =>
  import('./export-dialog.tsx').then(({ ExportDialog }) => ({ default: ExportDialog })),
)
const NewTask = lazy(() => import('./task-dialog.tsx').then(({ NewTask }) => ({ default: NewTask })))

const VIEW_NAMES: { id: View; name: string }[] = [
  { id: 'list', name: 'List' },
  { id: 'board', name: 'Board' },
  { id: 'tree', name: 'Tree' },
  { id: 'graph', name: 'Graph' },
]

export function Tasks() {
  useTitle('Tasks')
  const found = useSearch({ from: '/shell/tasks' })
  const search = useMemo(() => readSearch(found), [found])
  const go = useNavigate({ from: '/tasks' })
  const { mayRun } = useRights()
  const { view = 'list', sort = '-created' } = search
  const filter = useMemo(() => filterOf(search), [search])
  const counts = useCounts(filter).data
  const [isExporting, setExporting] = useState(false)
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
    <TasksFrame
      end={
        <>
          <SearchField
            label="Search tasks"
            placeholder="Words of a task"
            value={filter.q ?? ''}
            onChange={(q) => change({ q })}
          />
          <Button foldsText icon="download" disabled={!total} onClick={() => setExporting(true)}>
            Export
          </Button>
          {mayRun && (
            <Button foldsText look="primary" icon="plus" onClick={openNew}>
              New task
            </Button>
          )}
        </>
      }
      note={
        <>
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
        </>
      }
    >
      <TaskFilters filter={filter} counts={counts} onChange={setFilter} />
      <Suspense fallback={<Skeleton rows={12} />}>
        {view === 'board' ? (
          <Board {...common} />
        ) : view === 'tree' ? (
          <Tree {...common} />
        ) : view === 'graph' ? (
          <Graph {...common} />
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
      {isExporting && (
        <Suspense>
          <ExportDialog filter={filter} total={total ?? 0} onClose={() => setExporting(false)} />
        </Suspense>
      )}
    </TasksFrame>
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
