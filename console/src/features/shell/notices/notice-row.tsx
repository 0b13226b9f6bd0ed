import { Link, useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { count } from '../../../ui/format/time.ts'
import { Ago } from '../../../ui/format/time-text.tsx'
import { Icon, type IconName } from '../../../ui/icon.tsx'
import { IconButton } from '../../../ui/kit/button.tsx'
import { Tag } from '../../../ui/kit/tag.tsx'
import { useMe } from '../queries.ts'
import { type Target, targetOf } from './model/target.ts'
import styles from './notice-row.module.css'
import { type Notice, useReadNotice } from './queries.ts'

const ICONS: Record<string, IconName> = {
  run: 'wave',
  approval: 'checklist',
  task: 'layers',
  deployment: 'globe',
  budget: 'bars',
  export: 'bars',
  integration: 'plug',
  webhook: 'webhook',
  security: 'shield',
  mention: 'mail',
  invitation: 'people',
  announcement: 'info',
}
const TONES = { info: 'off', success: 'good', warning: 'off', error: 'bad' } as const

/** Where a notification leads in this console, if anywhere. */
export function useTarget() {
  const router = useRouter()
  const personalTeamId = useMe().data?.personalTeamId ?? null
  const place = {
    personalTeamId,
    origin: location.origin,
    hasPage: (page: string) => page in router.routesByPath,
  }
  return (notice: Notice): Target | null => targetOf(notice, place)
}

type Props = {
  notice: Notice
  /** Called when somebody follows it. */
  onOpen?: () => void
  /** With its whole text. */
  isFull?: boolean
  /** More buttons. */
  children?: ReactNode
}

/** One notification: what happened, and the way to it. Who follows it has read it. */
export function NoticeRow({ notice, onOpen, isFull = false, children }: Props) {
  const target = useTarget()(notice)
  const read = useReadNotice()
  const isUnread = notice.readAt === null
  function open() {
    if (isUnread) read.mutate(notice.id)
    onOpen?.()
  }
  return (
    <div className={styles.notice} data-unread={isUnread} data-full={isFull}>
      <span className={styles.icon} data-tone={TONES[notice.level]}>
        <Icon name={ICONS[notice.kind.split('.')[0] ?? ''] ?? 'bell'} size={15} />
      </span>
      <div className={styles.text}>
        <Way target={target} onOpen={open}>
          {isUnread && <span className="unseen">Unread: </span>}
          <bdi>{notice.title}</bdi>
        </Way>
        {notice.count > 1 && <Tag title="How often it has happened">× {count(notice.count)}</Tag>}
        {notice.message && <p>{notice.message}</p>}
        <small>
          <Ago at={notice.updatedAt} />
          {target && 'host' in target && `, opens ${target.host}`}
        </small>
      </div>
      {isUnread && (
        <IconButton
          size="small"
          icon="check"
          label={`Mark as read: ${notice.title}`}
          disabled={read.isPending}
          onClick={() => read.mutate(notice.id)}
        />
      )}
      {children}
    </div>
  )
}

function Way({
  target,
  onOpen,
  children,
}: {
  target: Target | null
  onOpen: () => void
  children: ReactNode
}) {
  if (target === null) return <b className={styles.title}>{children}</b>
  if ('href' in target)
    return (
      <a
        className={styles.title}
        href={target.href}
        target="_blank"
        rel="noopener noreferrer"
        onClick={onOpen}
      >
        {children}
      </a>
    )
  return (
    <Link
      className={styles.title}
      to={target.page as '/'}
      params={target.params as never}
      search={target.search as never}
      onClick={onOpen}
    >
      {children}
    </Link>
  )
}
