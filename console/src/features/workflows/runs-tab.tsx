import { Link } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { duration, shortId } from '../../ui/format/time.ts'
import { Ago, Elapsed } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Empty, ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { shownStatus, statusLabel } from '../../ui/status.ts'
import { toRun, toRuns } from '../shell/index.ts'
import { useRunsOf } from './queries.ts'
import styles from './workflow.module.css'

export function RunsTab({ workflowId }: { workflowId: string }) {
  const list = useRunsOf(workflowId)
  if (list.isError) return <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton />
  if (list.data.items.length === 0)
    return (
      <Empty icon="wave" title="Never run">
        Each run of this workflow appears here. Press Run to start one.
      </Empty>
    )
  return (
    <div className={styles.scroll}>
      <ul className={styles.list}>
        {list.data.items.map((run) => {
          const status = shownStatus(
            run.status,
            run.waitingFor.map(({ kind }) => kind),
          )
          return (
            <li key={run.id}>
              <Link {...toRun(run.id)}>
                <Glyph status={status} progress={run.progress} />
                <span className={styles.status}>{statusLabel(status)}</span>
                <span className="mono dim">{shortId(run.id)}</span>
                <span className={`${styles.grow} cut`}>
                  <bdi>{run.title ?? ''}</bdi>{' '}
                  {run.error && <span className={styles.bad}>{run.error.message}</span>}
                </span>
                <span className="faint num wide-only">v{run.workflowVersion}</span>
                <span className="num">
                  {run.finishedAt ? duration(run.durationMs) : <Elapsed since={run.startedAt} />}
                </span>
                <span className="faint">
                  <Ago at={run.createdAt} />
                </span>
              </Link>
            </li>
          )
        })}
      </ul>
      {list.data.nextCursor !== null && (
        <p className={styles.note}>
          <Link {...toRuns({ workflow: workflowId })} className="link">
            All runs of this workflow
          </Link>
        </p>
      )}
    </div>
  )
}
