import { duration, shortId } from '../../ui/format/time.ts'
import { Ago, Elapsed } from '../../ui/format/time-text.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import type { Column } from '../../ui/kit/data-table.tsx'
import { StatusCell } from '../../ui/kit/status-cell.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { shownStatus, toneOf } from '../../ui/status.ts'
import type { RunRow } from './queries.ts'
import styles from './runs.module.css'

const TRIGGERS: Record<string, IconName> = {
  manual: 'hand',
  schedule: 'calendar',
  webhook: 'webhook',
  event: 'zap',
  workflow: 'flow',
  error: 'stop',
  retry: 'retry',
  rerun: 'play',
  compensate: 'back',
}

const BAR_PX = 56

const statusOf = (row: RunRow) =>
  shownStatus(
    row.status,
    row.waitingFor.map(({ kind }) => kind),
  )

/** `longest` is the duration that a full bar stands for. */
export const runColumns = (longest: number): Column<RunRow>[] => [
  {
    name: 'Status',
    width: '104px',
    phone: 'sign',
    cell: (row) => <StatusCell status={statusOf(row)} progress={row.progress} />,
  },
  {
    name: 'Run',
    width: '64px',
    cell: (row) => (
      <span className="mono dim" title={row.id}>
        {shortId(row.id)}
      </span>
    ),
  },
  {
    name: 'Workflow',
    width: 'minmax(120px, 200px)',
    medium: 'minmax(110px, 180px)',
    phone: 'title',
    cell: (row) => (
      <span className={styles.name} title={row.workflowName}>
        <bdi>{row.workflowName}</bdi> <span className="faint">v{row.workflowVersion}</span>
      </span>
    ),
  },
  {
    name: 'Title',
    width: 'minmax(120px, 1.1fr)',
    medium: 'minmax(110px, 1fr)',
    phone: 'detail',
    cell: (row) => (
      <span className={styles.title} title={row.title ?? undefined}>
        {row.mocked && <Tag>Mocked</Tag>} <bdi>{row.title}</bdi>
      </span>
    ),
  },
  {
    name: 'Note',
    width: 'minmax(0, 1fr)',
    medium: 'minmax(0, 0.8fr)',
    cell: (row) => (
      <span className={styles.note}>
        <Note row={row} />
      </span>
    ),
  },
  {
    name: 'By',
    width: '92px',
    medium: '24px',
    cell: (row) => (
      <span className={styles.trigger} title={`Started by ${row.trigger.type}`}>
        <Icon name={TRIGGERS[row.trigger.type] ?? 'play'} size={13} />
        <span>{row.trigger.type}</span>
      </span>
    ),
  },
  {
    name: 'Duration',
    width: '144px',
    medium: '84px',
    phone: 'end',
    cell: (row) => <DurationCell row={row} longest={longest} />,
  },
  {
    name: 'Started',
    width: '72px',
    medium: '64px',
    align: 'end',
    cell: (row) => (
      <span className="faint">
        <Ago at={row.createdAt} />
      </span>
    ),
  },
]

function DurationCell({ row, longest }: { row: RunRow; longest: number }) {
  const share = row.finishedAt ? Math.min(1, (row.durationMs ?? 0) / longest) : row.progress / 100
  return (
    <span className={styles.duration}>
      <span className="num">
        {row.finishedAt ? duration(row.durationMs) : <Elapsed since={row.startedAt} />}
      </span>
      <i data-tone={toneOf(statusOf(row))} style={{ width: share * BAR_PX }} />
    </span>
  )
}

/** Why it failed, or what it is waiting for. */
function Note({ row }: { row: RunRow }) {
  const [wait] = row.waitingFor
  if (row.error)
    return (
      <span className={styles.bad} title={row.error.message}>
        {row.error.path && `${row.error.path}: `}
        {row.error.message}
      </span>
    )
  if (!wait || !['waiting', 'queued', 'running'].includes(row.status)) return null
  if (wait.kind === 'approval')
    return (
      <span className={styles.wait}>
        asked for an approval <Ago at={wait.since} />
      </span>
    )
  return (
    <span className="faint">
      {wait.kind === 'signal' ? 'waiting for a signal' : `waiting for a ${wait.kind}`}
      {wait.path && ` at ${wait.path}`}
    </span>
  )
}
