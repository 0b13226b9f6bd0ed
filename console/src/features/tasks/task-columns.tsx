import { count } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import type { Column } from '../../ui/kit/data-table.tsx'
import { StatusCell } from '../../ui/kit/status-cell.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { shownTaskStatus } from '../../ui/status.ts'
import { AssigneeName } from './assignee.tsx'
import { wordsOf } from './model/reason.ts'
import type { TaskRow } from './queries.ts'
import styles from './tasks.module.css'

/** Widths that leave the title room at 1,000 px. */
export const taskColumns: readonly Column<TaskRow>[] = [
  {
    name: 'Status',
    width: '104px',
    phone: 'sign',
    cell: (row) => <StatusCell status={shownTaskStatus(row)} progress={row.progress} />,
  },
  {
    name: 'Task',
    width: 'minmax(180px, 1.5fr)',
    phone: 'title',
    cell: (row) => (
      <span title={row.title}>
        <b className={styles.title}>
          <bdi>{row.title}</bdi>
        </b>{' '}
        {row.children > 0 && (
          <span className="faint" title={`${row.children} subtasks`}>
            {count(row.children)} parts
          </span>
        )}{' '}
        {row.tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </span>
    ),
  },
  {
    name: 'Note',
    width: 'minmax(0, 1fr)',
    medium: 'minmax(0, 0.6fr)',
    phone: 'detail',
    cell: (row) => <Note row={row} />,
  },
  {
    name: 'Type',
    width: '96px',
    medium: null,
    cell: (row) => <span className="dim">{typeName(row.type)}</span>,
  },
  {
    name: 'Assignee',
    width: '116px',
    medium: '112px',
    cell: (row) => <AssigneeName assignee={row.assignee} />,
  },
  {
    name: 'Priority',
    width: '60px',
    align: 'end',
    sort: '-priority',
    cell: (row) => <span className={`num ${row.priority >= 7 ? '' : 'faint'}`}>{row.priority}</span>,
  },
  {
    name: 'Progress',
    width: '88px',
    medium: '72px',
    align: 'end',
    sort: '-progress',
    cell: (row) => row.progress > 0 && <span className="dim num">{row.progress} %</span>,
  },
  {
    name: 'Due',
    width: '76px',
    phone: 'end',
    align: 'end',
    sort: 'due',
    cell: (row) => <Due row={row} />,
  },
  {
    name: 'Updated',
    width: '76px',
    medium: null,
    align: 'end',
    sort: '-updated',
    cell: (row) => (
      <span className="faint">
        <Ago at={row.updatedAt} />
      </span>
    ),
  },
  {
    name: 'Created',
    width: '76px',
    medium: '70px',
    align: 'end',
    sort: '-created',
    cell: (row) => (
      <span className="faint">
        <Ago at={row.createdAt} />
      </span>
    ),
  },
]

/** `dataAnalysis` as `Data analysis`. */
export function typeName(type: string): string {
  const words = type.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `${words[0]?.toUpperCase()}${words.slice(1)}`
}

export function Due({ row }: { row: Pick<TaskRow, 'dueAt' | 'overdue'> }) {
  if (row.dueAt === null) return null
  return (
    <span className={row.overdue ? styles.bad : 'dim'}>
      <Ago at={row.dueAt} />
    </span>
  )
}

/** Why it failed, or what it is waiting for. */
export function Note({ row }: { row: TaskRow }) {
  if (row.error)
    return (
      <span className={styles.bad} title={row.error.message}>
        {row.error.message}
      </span>
    )
  if (row.reason === null) return null
  return (
    <span className={styles.note} title={row.reason.message}>
      {wordsOf(row.reason)}
    </span>
  )
}
