import { memo } from 'react'
import { duration, shortId } from '../../ui/format/time.ts'
import { Ago, Elapsed } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { shownStatus, statusLabel, toneOf } from '../../ui/status.ts'
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

type Props = {
  row: RunRow
  index: number
  top: number
  longest: number
  isCurrent: boolean
  isPicked: boolean
  mayPick: boolean
  onOpen: () => void
  onHover: () => void
  onToggle: () => void
}

const BAR_PX = 56

export const Row = memo(
  function Row({ row, index, top, longest, isCurrent, isPicked, mayPick, onOpen, onHover, onToggle }: Props) {
    const status = shownStatus(
      row.status,
      row.waitingFor.map(({ kind }) => kind),
    )
    const tone = toneOf(status)
    const share = row.finishedAt ? Math.min(1, (row.durationMs ?? 0) / longest) : row.progress / 100
    return (
      <div
        role="row"
        aria-rowindex={index + 2}
        aria-selected={isPicked}
        className={styles.row}
        data-current={isCurrent}
        data-picked={isPicked}
        style={{ position: 'absolute', inset: '0 0 auto', transform: `translateY(${top}px)` }}
        onPointerMove={isCurrent ? undefined : onHover}
        onClick={onOpen}
        onKeyDown={undefined}
      >
        <span role="cell" className={styles.pick}>
          {mayPick && (
            <input
              type="checkbox"
              aria-label={`Choose ${row.title ?? row.workflowName} ${shortId(row.id)}`}
              tabIndex={-1}
              checked={isPicked}
              onClick={(event) => event.stopPropagation()}
              onChange={onToggle}
            />
          )}
        </span>
        <span role="cell" className={styles.status} data-tone={tone}>
          <Glyph status={status} progress={row.progress} />
          <span>{statusLabel(status)}</span>
        </span>
        <span role="cell" className={`mono ${styles.id}`} title={row.id}>
          {shortId(row.id)}
        </span>
        <span role="cell" className={styles.name} title={row.workflowName}>
          <bdi>{row.workflowName}</bdi> <span className="faint">v{row.workflowVersion}</span>
        </span>
        <span role="cell" className={styles.title} title={row.title ?? undefined}>
          {row.mocked && <Tag>Mocked</Tag>} <bdi>{row.title}</bdi>
        </span>
        <span role="cell" className={styles.note}>
          <Note row={row} />
        </span>
        <span role="cell" className={styles.trigger} title={`Started by ${row.trigger.type}`}>
          <Icon name={TRIGGERS[row.trigger.type] ?? 'play'} size={13} />
          <span>{row.trigger.type}</span>
        </span>
        <span role="cell" className={styles.duration}>
          <span className="num">
            {row.finishedAt ? duration(row.durationMs) : <Elapsed since={row.startedAt} />}
          </span>
          <i data-tone={tone} style={{ width: share * BAR_PX }} />
        </span>
        <span role="cell" className={styles.when}>
          <Ago at={row.createdAt} />
        </span>
      </div>
    )
  },
  (a, b) =>
    a.row === b.row &&
    a.top === b.top &&
    a.index === b.index &&
    a.isCurrent === b.isCurrent &&
    a.isPicked === b.isPicked &&
    a.mayPick === b.mayPick &&
    a.longest === b.longest,
)

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
