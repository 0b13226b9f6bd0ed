import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { count, duration, exact } from '../../../ui/format/time.ts'
import { Ago } from '../../../ui/format/time-text.tsx'
import { Glyph } from '../../../ui/glyph.tsx'
import { Button } from '../../../ui/kit/button.tsx'
import { ConfirmButton } from '../../../ui/kit/confirm.tsx'
import { More } from '../../../ui/kit/more.tsx'
import { Empty, ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { shownTaskStatus, statusLabel } from '../../../ui/status.ts'
import { toTask } from '../../shell/index.ts'
import { isAtWork } from '../model/verbs.ts'
import { useRemoveSchedule } from '../mutations.ts'
import { type Task, useSomeTasks } from '../queries.ts'
import styles from './task.module.css'
import type { TabProps } from './work-tab.tsx'

const ScheduleDialog = lazy(() =>
  import('./schedule-dialog.tsx').then(({ ScheduleDialog }) => ({ default: ScheduleDialog })),
)
type Schedule = NonNullable<Task['schedule']>

export function ScheduleTab({ task, mayRun }: TabProps) {
  const [isOpen, setOpen] = useState(false)
  const remove = useRemoveSchedule(task.id)
  const { schedule } = task
  const mayChange = mayRun && !isAtWork(task.status)
  return (
    <div className={styles.scroll}>
      {schedule === null ? (
        <Empty
          icon="calendar"
          title="No schedule"
          action={
            mayChange && (
              <Button icon="calendar" onClick={() => setOpen(true)}>
                Set a schedule
              </Button>
            )
          }
        >
          With a schedule, the task starts by itself: once, at certain times, or again and again.
        </Empty>
      ) : (
        <div className={styles.column}>
          <p>
            <b>{sentenceOf(schedule)}</b>{' '}
            <span className="dim">
              {schedule.fired > 0 && `${count(schedule.fired)} so far. `}
              {schedule.lastFireAt !== null && (
                <>
                  Last <Ago at={schedule.lastFireAt} />.
                </>
              )}
            </span>
          </p>
          {schedule.nextRuns.length > 0 && (
            <section aria-label="Next times" className={styles.section}>
              <h2>Next times</h2>
              <ul>
                {schedule.nextRuns.map((at) => (
                  <li key={at} className="num">
                    {exact(at)} <span className="faint">{<Ago at={at} />}</span>
                  </li>
                ))}
              </ul>
            </section>
          )}
          {mayRun && (
            <div className={styles.tags}>
              <Button icon="pencil" onClick={() => setOpen(true)}>
                Change the schedule
              </Button>
              <ConfirmButton
                icon="trash"
                question="Remove the schedule?"
                about="The task no longer starts by itself. Its occurrences stay."
                verb="Remove the schedule"
                onConfirm={() => remove.mutateAsync()}
              >
                Remove
              </ConfirmButton>
            </div>
          )}
        </div>
      )}
      <Occurrences task={task} />
      {isOpen && (
        <Suspense>
          <ScheduleDialog task={task} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  )
}

function sentenceOf({ at, cron, everyMs, timezone = 'UTC', overlap = 'skip', maxRuns }: Schedule): string {
  if (at !== undefined) return `Once, at ${exact(at)}.`
  const time = cron === undefined ? `Every ${duration(everyMs)}` : `At ${cron} (${timezone})`
  const most = maxRuns === undefined ? '' : `, at most ${count(maxRuns)} times`
  return `${time}${most}. ${OVERLAP[overlap]}`
}

const OVERLAP = {
  skip: 'A time is skipped while the one before is active.',
  queue: 'Each waits for the one before.',
  parallel: 'They may run at the same time.',
}

/** The tasks that the schedule has created. */
function Occurrences({ task }: { task: Task }) {
  const list = useSomeTasks({ occurrenceOf: task.id, sort: '-created' })
  if (list.isError) return <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton rows={3} />
  const rows = list.data.pages.flatMap((page) => page.items)
  if (rows.length === 0) return null
  return (
    <section aria-label="Occurrences" className={styles.occurrences}>
      <h2>
        Occurrences <span className="faint num">{count(list.data.pages[0]?.total ?? rows.length)}</span>
      </h2>
      <ul>
        {rows.map((row) => {
          const status = shownTaskStatus(row)
          return (
            <li key={row.id}>
              <Link {...toTask(row.id)}>
                <Glyph status={status} progress={row.progress} />
                <span>{statusLabel(status)}</span>
                <span className="faint num">No. {row.occurrence}</span>
                <span className={`cut ${styles.said}`}>{row.error?.message ?? row.reason?.message}</span>
                <span className="num dim">{duration(row.durationMs)}</span>
                <span className="faint">
                  <Ago at={row.scheduledFor ?? row.createdAt} />
                </span>
              </Link>
            </li>
          )
        })}
      </ul>
      <More of={list} size="small" className={styles.note}>
        More
      </More>
    </section>
  )
}
