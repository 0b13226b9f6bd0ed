import { asProblem } from '../../api/problem.ts'
import { bytes, count } from '../../ui/format/time.ts'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import styles from './deployment.module.css'
import { useFiles } from './queries.ts'

const STATES = { same: 'unchanged', send: 'to send', sending: 'sending', sent: 'sent', removed: 'removed' }

export function FilesTab({ id, isActive }: { id: string; isActive: boolean }) {
  const list = useFiles(id)
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total ?? items.length
  if (list.isError)
    return (
      <div className={styles.scroll}>
        <div className={styles.note}>
          <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
        </div>
      </div>
    )
  if (list.isPending) return <Skeleton rows={8} height={32} />
  return (
    <div className={styles.scroll}>
      {items.length === 0 ? (
        <p className={`${styles.note} faint`}>
          {isActive ? 'Its files have not been read yet.' : 'It has no files of its own.'}
        </p>
      ) : (
        <ul className={styles.files} aria-label="Files">
          {items.map((one) => (
            <li key={one.path}>
              <span className="mono cut" title={`SHA-256 ${one.sha256}`}>
                <bdi>{one.path}</bdi>
              </span>
              <span className="faint cut">{one.contentType}</span>
              <span className="num">{bytes(one.sizeBytes)}</span>
              <span className={one.state === 'same' ? 'faint' : ''}>{STATES[one.state]}</span>
            </li>
          ))}
        </ul>
      )}
      <More of={list} className={styles.more}>
        More of {count(total)}
      </More>
    </div>
  )
}
