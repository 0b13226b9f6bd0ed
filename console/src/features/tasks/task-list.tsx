import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { DataTable } from '../../ui/kit/data-table.tsx'
import { Empty, Skeleton } from '../../ui/kit/page.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { PageProblem, toTask } from '../shell/index.ts'
import { BulkBar } from './bulk-bar.tsx'
import { isFiltered, type Sort, type TaskFilter } from './model/filter.ts'
import { useTasks } from './queries.ts'
import { taskColumns } from './task-columns.tsx'
import styles from './tasks.module.css'

export type ViewProps = {
  filter: TaskFilter
  onFilter: (filter: TaskFilter) => void
  mayRun: boolean
  onNew: () => void
}

type Props = ViewProps & {
  sort: Sort
  onSort: (sort: Sort) => void
  total: number | undefined
  byStatus: Record<string, number>
}

export function TaskList({ filter, onFilter, mayRun, onNew, sort, onSort, total, byStatus }: Props) {
  const go = useNavigate()
  const list = useTasks(filter, sort)
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data])
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const filterKey = JSON.stringify(filter)
  useEffect(() => setPicked(new Set()), [filterKey])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const isEmptySoFar = rows.length === 0 && hasNextPage
  // A page can be empty although later ones are not.
  useEffect(() => {
    if (isEmptySoFar && !isFetchingNextPage) void fetchNextPage()
  }, [isEmptySoFar, isFetchingNextPage, fetchNextPage])
  return (
    <>
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending || isEmptySoFar ? (
        <Skeleton rows={16} />
      ) : rows.length === 0 ? (
        <NoTasks {...{ filter, onFilter, mayRun, onNew }} />
      ) : (
        <DataTable
          label="Tasks"
          columns={taskColumns}
          rows={rows}
          total={hasNextPage ? total : rows.length}
          isOld={list.isPlaceholderData}
          nameOf={(row) => row.title}
          onOpen={(row) => void go(toTask(row.id))}
          onEnd={() => loadNextPage(list)}
          picked={picked}
          onPick={mayRun ? setPicked : undefined}
          sort={sort}
          onSort={(next) => onSort(next as Sort)}
        />
      )}
      {/* It also shows what became of rows that are no longer in the list. */}
      {picked.size > 0 && (
        <BulkBar
          rows={rows}
          picked={picked}
          filter={filter}
          total={total ?? rows.length}
          byStatus={byStatus}
          onClear={() => setPicked(new Set())}
        />
      )}
    </>
  )
}

const CURL = `curl -fsS '${location.origin}/api/v1/tasks' \\
  -H "x-api-key: $ORRERY_KEY" \\
  -H 'content-type: application/json' \\
  -d '{"title":"Call the supplier","type":"custom"}'`

export function NoTasks({ filter, onFilter, mayRun, onNew }: ViewProps) {
  if (isFiltered(filter))
    return (
      <Empty
        icon="filter"
        title="No matching tasks"
        action={<Button onClick={() => onFilter({})}>Show all tasks</Button>}
      >
        No task of this team matches the filters above.
      </Empty>
    )
  return (
    <Empty
      icon="board"
      title="No task yet"
      action={
        mayRun && (
          <Button look="primary" icon="plus" onClick={onNew}>
            New task
          </Button>
        )
      }
    >
      Tasks are pieces of work for people, agents, workflows and workers, with an order between them.
      <span className={styles.curl}>
        <code className="mono">{CURL}</code>
        <CopyButton label="Copy as curl" text={CURL} />
      </span>
    </Empty>
  )
}
