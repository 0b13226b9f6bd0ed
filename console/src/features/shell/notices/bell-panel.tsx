import { Link } from '@tanstack/react-router'
import { asProblem } from '../../../api/problem.ts'
import { Button } from '../../../ui/kit/button.tsx'
import { ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import styles from './bell.module.css'
import { NoticeRow } from './notice-row.tsx'
import { useNoticeFeed, useReadAllNotices } from './queries.ts'

export function BellPanel({ onClose }: { onClose: () => void }) {
  const feed = useNoticeFeed()
  const readAll = useReadAllNotices()
  const { items = [], unreadCount = 0 } = feed.data ?? {}
  return (
    <div role="dialog" aria-label="Notifications">
      <header className={styles.head}>
        <h2>Notifications</h2>
        {unreadCount > 0 && (
          <Button look="quiet" size="small" busy={readAll.isPending} onClick={() => readAll.mutate()}>
            Mark all as read
          </Button>
        )}
      </header>
      {feed.isError && !feed.data ? (
        <ProblemNote problem={asProblem(feed.error)} onRetry={() => void feed.refetch()} />
      ) : feed.isPending ? (
        <Skeleton rows={4} height={52} />
      ) : items.length === 0 ? (
        <p className={styles.none}>
          Nothing yet. What concerns you appears here: failed runs, approvals, tasks.
        </p>
      ) : (
        <ul className={styles.items}>
          {items.map((one) => (
            <li key={one.id}>
              <NoticeRow notice={one} onOpen={onClose} />
            </li>
          ))}
        </ul>
      )}
      <footer className={styles.foot}>
        <Link to={'/notifications' as '/'} className="link" onClick={onClose}>
          All notifications
        </Link>
        <Link
          to={'/settings' as '/'}
          search={{ page: 'notifications' } as never}
          className="link"
          onClick={onClose}
        >
          Settings
        </Link>
      </footer>
    </div>
  )
}
