import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { plural } from '../../ui/format/time.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Skeleton } from '../../ui/kit/page.tsx'
import { shownTaskStatus, statusLabel } from '../../ui/status.ts'
import { useRowKeys } from '../../ui/use-row-keys.ts'
import { PageProblem, toTask } from '../shell/index.ts'
import { AssigneeName } from './assignee.tsx'
import { queryOf } from './model/filter.ts'
import { type TaskRow, useSomeTasks } from './queries.ts'
import { Due } from './task-columns.tsx'
import { NoTasks, type ViewProps } from './task-list.tsx'
import styles from './tree.module.css'

/** The matching tasks at the top, each with all its parts. */
export function Tree(view: ViewProps) {
  const box = useRowKeys<HTMLDivElement>()
  const list = useSomeTasks({ ...queryOf(view.filter, serverNow()), parent: 'none' })
  if (list.isError) return <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton rows={12} />
  const rows = list.data.pages.flatMap((page) => page.items)
  if (rows.length === 0 && !list.hasNextPage) return <NoTasks {...view} />
  return (
    <div className={styles.tree} ref={box}>
      <Branches rows={rows} depth={0} label="Tasks" />
      <More of={list} size="small" className={styles.more}>
        More
      </More>
    </div>
  )
}

export function Branches({ rows, depth, label }: { rows: TaskRow[]; depth: number; label: string }) {
  return (
    <ul aria-label={label}>
      {rows.map((row) => (
        <Branch key={row.id} row={row} depth={depth} />
      ))}
    </ul>
  )
}

const STEP_PX = 22

function Branch({ row, depth }: { row: TaskRow; depth: number }) {
  const [isOpen, setOpen] = useState(false)
  const status = shownTaskStatus(row)
  return (
    <li>
      <div
        className={styles.row}
        style={{ paddingInlineStart: `calc(var(--gutter) + ${depth * STEP_PX}px)` }}
      >
        {row.children > 0 ? (
          <button
            type="button"
            className={styles.fold}
            aria-expanded={isOpen}
            aria-label={`Parts of ${row.title}`}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name="chevron" size={12} />
          </button>
        ) : (
          <span className={styles.fold} />
        )}
        <Link
          {...toTask(row.id)}
          data-row
          className={styles.link}
          onKeyDown={(event) => {
            const isForward = event.key === 'ArrowRight'
            if (row.children > 0 && (isForward || event.key === 'ArrowLeft')) setOpen(isForward)
          }}
        >
          <Glyph status={status} progress={row.progress} />
          <span className="unseen">{statusLabel(status)}</span>
          <span className={`${styles.title} cut`}>
            <bdi>{row.title}</bdi>
          </span>
          {row.children > 0 && <span className="faint">{plural(row.children, 'part')}</span>}
          <span className={styles.who}>
            <AssigneeName assignee={row.assignee} />
          </span>
          <span className={`num dim ${styles.progress}`}>{row.progress > 0 && `${row.progress} %`}</span>
          <span className={styles.due}>
            <Due row={row} />
          </span>
        </Link>
      </div>
      {isOpen && <Parts row={row} depth={depth + 1} />}
    </li>
  )
}

/** The subtasks of a task, loaded when they are shown. */
export function Parts({ row, depth }: { row: Pick<TaskRow, 'id' | 'title'>; depth: number }) {
  const list = useSomeTasks({ parent: row.id, sort: 'created' })
  if (list.isError) return <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton rows={2} />
  return (
    <>
      <Branches
        rows={list.data.pages.flatMap((page) => page.items)}
        depth={depth}
        label={`Parts of ${row.title}`}
      />
      <More of={list} size="small" className={styles.more}>
        More
      </More>
    </>
  )
}
