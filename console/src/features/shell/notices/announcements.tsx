import { useState } from 'react'
import { useSeconds } from '../../../ui/format/time-text.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { Button, IconButton } from '../../../ui/kit/button.tsx'
import styles from './announcements.module.css'
import { useAnnouncements, useDismiss } from './queries.ts'

/** Announcements of the administrators stay on every page until somebody dismisses them or they end. The newest is on top. */
export function Announcements() {
  const list = useAnnouncements().data ?? []
  const dismiss = useDismiss()
  const [isOpen, setOpen] = useState(false)
  const now = useSeconds()
  const current = list.filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now)
  const shown = isOpen ? current : current.slice(0, 1)
  const hidden = current.length - shown.length
  if (current.length === 0) return null
  return (
    <section className={styles.list} aria-label="Announcements">
      {shown.map((one) => (
        <div key={one.id} className={styles.one} data-level={one.level} role="status">
          <Icon name="info" size={15} />
          <p>
            <b>{one.title}</b> {one.message}
          </p>
          {hidden > 0 && (
            <Button size="small" look="quiet" onClick={() => setOpen(true)}>
              {hidden} more
            </Button>
          )}
          <IconButton
            size="small"
            icon="close"
            label={`Dismiss: ${one.title}`}
            onClick={() => dismiss.mutate(one.id)}
          />
        </div>
      ))}
    </section>
  )
}
