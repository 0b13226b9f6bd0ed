import { useState } from 'react'
import { serverNow } from '../../../api/clock.ts'
import { asProblem } from '../../../api/problem.ts'
import { count } from '../../../ui/format/time.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { More } from '../../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { useRowKeys } from '../../../ui/use-row-keys.ts'
import { queryOf, type TaskFilter } from '../model/filter.ts'
import { GROUPS, type Group, verbOfMove } from '../model/groups.ts'
import type { Verb } from '../model/verbs.ts'
import { useVerb } from '../mutations.ts'
import { type TaskRow, useSomeTasks } from '../queries.ts'
import type { ViewProps } from '../task-list.tsx'
import styles from './board.module.css'
import { Card } from './card.tsx'
import { ConfirmMove, type Move } from './confirm-move.tsx'

/** One column for each group of statuses. Moving a card does what leads to that status. */
export function Board({ filter, mayRun }: ViewProps) {
  const box = useRowKeys<HTMLDivElement>()
  const [dragged, setDragged] = useState<TaskRow | null>(null)
  const [asked, setAsked] = useState<Move | null>(null)
  const act = useVerb()
  const shown = GROUPS.filter(
    ({ statuses }) => filter.status === undefined || statuses.some((one) => filter.status?.includes(one)),
  )
  /** Starting work is harmless; stopping or repeating it is asked for. */
  const move = (row: TaskRow, verb: Verb) =>
    verb === 'execute' ? act.mutate({ id: row.id, verb }) : setAsked({ row, verb })
  const drop = (group: Group) => {
    const verb = dragged && verbOfMove(dragged.status, group.id)
    if (dragged && verb) move(dragged, verb)
    setDragged(null)
  }
  return (
    <div className={styles.board} ref={box}>
      {shown.map((group) => (
        <Column
          key={group.id}
          group={group}
          filter={filter}
          dragged={dragged}
          onDrag={mayRun ? setDragged : null}
          onDrop={() => drop(group)}
          onMove={move}
        />
      ))}
      {asked && (
        <ConfirmMove
          move={asked}
          busy={act.isPending}
          onClose={() => setAsked(null)}
          onConfirm={() =>
            act.mutate(
              {
                id: asked.row.id,
                verb: asked.verb,
                ...(asked.verb === 'retry' && asked.row.status === 'succeeded' && { from: 'start' as const }),
              },
              { onSettled: () => setAsked(null) },
            )
          }
        />
      )}
    </div>
  )
}

type ColumnProps = {
  group: Group
  filter: TaskFilter
  dragged: TaskRow | null
  /** Null if cards cannot be moved. */
  onDrag: ((row: TaskRow | null) => void) | null
  onDrop: () => void
  onMove: (row: TaskRow, verb: Verb) => void
}

function Column({ group, filter, dragged, onDrag, onDrop, onMove }: ColumnProps) {
  const statuses = group.statuses.filter((one) => filter.status?.includes(one) ?? true)
  const list = useSomeTasks({
    ...queryOf({ ...filter, status: [...statuses] }, serverNow()),
    sort: ['succeeded', 'failed', 'dropped'].includes(group.id) ? '-updated' : '-priority',
  })
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const takes = dragged !== null && verbOfMove(dragged.status, group.id) !== null
  return (
    <section
      className={styles.column}
      aria-label={group.name}
      data-takes={takes}
      onDragOver={(event) => takes && event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        onDrop()
      }}
    >
      <h2>
        <Glyph status={group.sign} size={12} />
        {group.name} <span className="faint num">{list.data && count(list.data.pages[0]?.total ?? 0)}</span>
      </h2>
      {list.isError ? (
        <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={3} height={64} />
      ) : (
        <ul>
          {rows.map((row) => (
            <Card key={row.id} row={row} onDrag={onDrag} onMove={onMove} />
          ))}
          {list.hasNextPage && (
            <li className={styles.more}>
              <More of={list} size="small">
                More
              </More>
            </li>
          )}
        </ul>
      )}
    </section>
  )
}
