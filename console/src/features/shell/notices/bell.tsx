import { lazy, Suspense, useId, useState } from 'react'
import { Icon } from '../../../ui/icon.tsx'
import styles from './bell.module.css'
import { useLiveNotices, useNoticeFeed } from './queries.ts'

const BellPanel = lazy(() => import('./bell-panel.tsx').then((parts) => ({ default: parts.BellPanel })))

const MAX_SHOWN = 99

/** The unread count, and a panel with the newest notifications. */
export function Bell() {
  useLiveNotices()
  const unread = useNoticeFeed().data?.unreadCount ?? 0
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const shown = unread > MAX_SHOWN ? `${MAX_SHOWN}+` : String(unread)
  const label = unread === 0 ? 'Notifications' : `Notifications, ${shown} unread`
  return (
    <>
      <button className={styles.bell} type="button" popoverTarget={id} title={label} aria-label={label}>
        <Icon name="bell" size={15} />
        {unread > 0 && <span className={styles.count}>{shown}</span>}
      </button>
      <div
        id={id}
        popover="auto"
        className={styles.panel}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {isOpen && (
          <Suspense>
            <BellPanel onClose={() => document.getElementById(id)?.hidePopover()} />
          </Suspense>
        )}
      </div>
    </>
  )
}

/** Something unread, for places without room for the bell. */
export function UnreadDot() {
  const unread = useNoticeFeed().data?.unreadCount ?? 0
  return unread === 0 ? null : <i className={styles.dot} aria-hidden="true" />
}
