import { useEffect, useMemo } from 'react'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { count, plural } from '../../ui/format/time.ts'
import { More } from '../../ui/kit/more.tsx'
import { Empty, Skeleton } from '../../ui/kit/page.tsx'
import { useRowKeys } from '../../ui/use-row-keys.ts'
import { PageProblem } from '../shell/index.ts'
import { queryOf } from './model/filter.ts'
import { graphOf } from './model/graph.ts'
import { useSomeTasks } from './queries.ts'
import { TaskGraph } from './task-graph.tsx'
import { NoTasks, type ViewProps } from './task-list.tsx'
import styles from './tasks.module.css'

/** More are loaded on request. */
const AT_ONCE = 300

/** The matching tasks that wait for each other. */
export function Graph(view: ViewProps) {
  const box = useRowKeys<HTMLDivElement>()
  const list = useSomeTasks({ ...queryOf(view.filter, serverNow()), include: 'dependencies', limit: 100 })
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data])
  const { graph, alone } = useMemo(() => graphOf(rows), [rows])
  const isLoading = hasNextPage && rows.length < AT_ONCE
  useEffect(() => {
    if (isLoading && !isFetchingNextPage) void fetchNextPage()
  }, [isLoading, isFetchingNextPage, fetchNextPage])
  if (list.isError) return <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton rows={12} />
  if (rows.length === 0 && !hasNextPage) return <NoTasks {...view} />
  return (
    <div className={styles.graph} ref={box}>
      <p className={styles.line}>
        <span className="dim">
          {plural(graph.nodes.length, 'task')} with {plural(graph.edges.length, 'dependency', 'dependencies')}
          . {alone > 0 && `${count(alone)} others wait for none of these.`}
        </span>
        <More of={list} size="small">
          Load more
        </More>
      </p>
      {graph.nodes.length === 0 ? (
        <Empty icon="flow" title="No dependencies here">
          A task waits for others if you add them on its page, under Dependencies.
        </Empty>
      ) : (
        <TaskGraph graph={graph} />
      )}
    </div>
  )
}
