import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { Pill } from '../../../ui/glyph.tsx'
import { Head, Skeleton, useTitle } from '../../../ui/kit/page.tsx'
import { Tabs } from '../../../ui/kit/tabs.tsx'
import { shownTaskStatus, statusLabel } from '../../../ui/status.ts'
import { LiveDot, PageProblem, toTasks, useRights } from '../../shell/index.ts'
import { type Task, useTask } from '../queries.ts'
import type { TaskTab } from '../routes.ts'
import { useLiveTasks } from '../use-live-tasks.ts'
import { TaskActions } from './actions.tsx'
import { CommentsTab } from './comments-tab.tsx'
import { DependenciesTab } from './dependencies-tab.tsx'
import { HistoryTab } from './history-tab.tsx'
import { ScheduleTab } from './schedule-tab.tsx'
import { SubtasksTab } from './subtasks-tab.tsx'
import styles from './task.module.css'
import { WorkTab } from './work-tab.tsx'

const EditTask = lazy(() => import('./edit-dialog.tsx').then(({ EditTask }) => ({ default: EditTask })))

export function TaskPage() {
  const { id } = useParams({ from: '/shell/tasks/$id' })
  const found = useTask(id)
  if (found.isError)
    return (
      <PageProblem
        problem={asProblem(found.error)}
        what="task"
        list="/tasks"
        onRetry={() => void found.refetch()}
      />
    )
  if (!found.data) return <Skeleton />
  return <TaskView key={id} task={found.data.task} etag={found.data.etag} />
}

function TaskView({ task, etag }: { task: Task; etag: string }) {
  const status = shownTaskStatus(task)
  useTitle(`${statusLabel(status)}: ${task.title}`)
  useLiveTasks(task.id, task.runId)
  const { tab = 'work', edit = false } = useSearch({ from: '/shell/tasks/$id' })
  const go = useNavigate({ from: '/tasks/$id' })
  const { mayRun, mayManage } = useRights()
  const setEdit = (open: boolean) =>
    void go({
      search: ({ edit: _, ...old }) => (open ? { ...old, edit: true as const } : old),
      replace: true,
    })
  const tabs: { id: TaskTab; name: ReactNode }[] = [
    { id: 'work', name: 'Work' },
    { id: 'subtasks', name: `Parts ${task.children || ''}` },
    { id: 'dependencies', name: `Dependencies ${task.dependsOn.length || ''}` },
    { id: 'schedule', name: 'Schedule' },
    { id: 'comments', name: 'Comments' },
    ...(mayManage ? [{ id: 'history' as const, name: 'History' }] : []),
  ]
  const common = { task, mayRun }
  return (
    <>
      <Head
        title={
          <>
            <Link {...toTasks()} className="faint">
              Tasks
            </Link>{' '}
            <span className="wide-only">
              <span className="faint">/</span> <bdi>{task.title}</bdi>
            </span>
          </>
        }
        end={mayRun && <TaskActions task={task} onEdit={() => setEdit(true)} />}
      >
        <Pill status={status} progress={task.progress} />
        <span className="wide-only">
          <LiveDot />
        </span>
      </Head>
      {/* The header of a phone has no room for it. */}
      <p className={`${styles.title} narrow-only`}>
        <bdi>{task.title}</bdi>
      </p>
      <Tabs
        label="Of the task"
        tabs={tabs}
        value={tab}
        onChange={(next) => void go({ search: { tab: next as TaskTab }, replace: true })}
      >
        {tab === 'work' && <WorkTab {...common} />}
        {tab === 'subtasks' && <SubtasksTab {...common} />}
        {tab === 'dependencies' && <DependenciesTab {...common} />}
        {tab === 'schedule' && <ScheduleTab {...common} />}
        {tab === 'comments' && <CommentsTab {...common} />}
        {tab === 'history' && mayManage && <HistoryTab task={task} />}
      </Tabs>
      {edit && mayRun && (
        <Suspense>
          <EditTask task={task} etag={etag} onClose={() => setEdit(false)} />
        </Suspense>
      )}
    </>
  )
}
