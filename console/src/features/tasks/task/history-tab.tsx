import { asProblem } from '../../../api/problem.ts'
import { Ago } from '../../../ui/format/time-text.tsx'
import { More } from '../../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { type Task, useHistory } from '../queries.ts'
import styles from './task.module.css'

/** What the team's log says about the task. */
export function HistoryTab({ task }: { task: Task }) {
  const list = useHistory(task)
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  if (list.isError) return <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton rows={6} />
  return (
    <div className={styles.scroll}>
      <ul className={styles.history} aria-label="History">
        {items.map((one) => (
          <li key={one.id}>
            <b>{one.action.replace(/^tasks?\./, '').replaceAll('_', ' ')}</b>
            <span className="dim">{changedOf(one.after)}</span>
            <span className={styles.end}>{nameOf(one.actor)}</span>
            <span className="faint">
              <Ago at={one.createdAt} />
            </span>
          </li>
        ))}
        {items.length === 0 && <li className="faint">Nothing is recorded.</li>}
      </ul>
      <More of={list} className={styles.note}>
        Earlier
      </More>
    </div>
  )
}

const nameOf = ({ name, key }: { name: string | null; key: { name: string | null } | null }): string =>
  key === null ? (name ?? 'The system') : `${name ?? 'Somebody'}, with the key ${key.name ?? ''}`

/** The names of the changed fields. */
function changedOf(after: unknown): string {
  const changed = (after as { changed?: unknown } | null)?.changed
  return Array.isArray(changed) ? changed.join(', ') : ''
}
