import { Link } from '@tanstack/react-router'
import { duration, shortId } from '../../ui/format/time.ts'
import { Elapsed } from '../../ui/format/time-text.tsx'
import { Pill } from '../../ui/glyph.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import type { Shown } from '../../ui/status.ts'
import { LiveDot, toRuns } from '../shell/index.ts'
import { hasEnded } from './model/live.ts'
import styles from './run.module.css'
import { RunActions } from './run-actions.tsx'
import { useRunView } from './run-view.ts'

export function RunHead({ status }: { status: Shown }) {
  const { run, live } = useRunView()
  const name = run.title ?? run.workflowName
  const startedAt = live.startedAt === null ? run.startedAt : new Date(live.startedAt).toISOString()
  return (
    <header className={styles.head}>
      <Link {...toRuns()} className="dim wide-only">
        Runs
      </Link>
      <span className="faint wide-only">/</span>
      <h1 className="cut" dir="auto" title={name}>
        {name}
      </h1>
      {run.title !== null && <span className="cut faint wide-only">{run.workflowName}</span>}
      <span className={`${styles.id} wide-only mono faint`} title={run.id}>
        {shortId(run.id)}
        <CopyButton text={run.id} label="Copy the id" />
      </span>
      <Pill status={status} progress={live.progress} />
      <span className="num dim">
        {live.endedAt !== null && live.startedAt !== null ? (
          duration(live.endedAt - live.startedAt)
        ) : run.finishedAt !== null ? (
          duration(run.durationMs)
        ) : (
          <Elapsed since={startedAt} />
        )}
      </span>
      {run.mocked && <Tag title="The start contained mocks for steps">Mocked</Tag>}
      {run.trigger.type === 'compensate' && <Tag title="It undoes the run that is named below">Undo run</Tag>}
      {run.workflowVersion === 0 && <Tag title="It runs the draft, not a version">Draft</Tag>}
      {live.isUndoing && !hasEnded(live.status) && <Tag>Undoing</Tag>}
      {!hasEnded(live.status) && (
        <span className="wide-only">
          <LiveDot />
        </span>
      )}
      <RunActions />
    </header>
  )
}

/** The progress of the run, as a thin line below the header. */
export function ProgressLine({ asks }: { asks: boolean }) {
  const { live } = useRunView()
  return (
    <div className={styles.progressLine} data-tone={asks ? 'wait' : 'run'} aria-hidden="true">
      <i style={{ width: `${live.progress}%` }} />
    </div>
  )
}
