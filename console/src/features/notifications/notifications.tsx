import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { count, plural } from '../../ui/format/time.ts'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { FilterBar, FilterChoice } from '../../ui/kit/filter-bar.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { useKeys } from '../../ui/use-keys.ts'
import {
  LiveDot,
  NoticeRow,
  PageProblem,
  useDeleteNotice,
  useReadAllNotices,
  useReadNotice,
} from '../shell/index.ts'
import { KIND_NAMES, KINDS, type Kind, type NotificationFilter, readFilter } from './model/filter.ts'
import styles from './notifications.module.css'
import { useNotifications } from './queries.ts'

const SHOWN = { all: 'All', unread: 'Unread', read: 'Read' } as const

export function Notifications() {
  useTitle('Notifications')
  const filter = readFilter(useSearch({ from: '/shell/notifications' }))
  const { show, kind } = filter
  const go = useNavigate({ from: '/notifications' })
  const list = useNotifications({ ...(show && { show }), ...(kind && { kind }) })
  const read = useReadNotice()
  const readAll = useReadAllNotices()
  const remove = useDeleteNotice()
  const [cursor, setCursor] = useState(-1)
  const rows = useRef<HTMLUListElement>(null)
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const { total = 0, unreadCount = 0 } = list.data?.pages[0] ?? {}
  const at = Math.min(cursor, items.length - 1)
  const current = items[at]
  useEffect(() => {
    rows.current?.querySelector('[data-current=true]')?.scrollIntoView({ block: 'nearest' })
  })
  const set = (change: { [Key in keyof NotificationFilter]: NotificationFilter[Key] | undefined }) => {
    setCursor(-1)
    void go({ search: (old) => ({ ...old, ...change }) as NotificationFilter })
  }
  useKeys({
    j: () => setCursor(Math.min(items.length - 1, at + 1)),
    k: () => setCursor(Math.max(0, at - 1)),
    m: () => current && current.readAt === null && read.mutate(current.id),
    Enter: () => rows.current?.querySelector<HTMLElement>('[data-current=true] a')?.click(),
  })
  return (
    <>
      <Head
        title="Notifications"
        end={
          unreadCount > 0 && (
            <Button icon="check" foldsText busy={readAll.isPending} onClick={() => readAll.mutate()}>
              Mark all as read
            </Button>
          )
        }
      >
        <span className="faint num">{plural(unreadCount, 'unread', 'unread')}</span>
        <LiveDot />
      </Head>
      <FilterBar
        end={
          <FilterChoice
            label="Every kind"
            value={kind}
            onChange={(value) => set({ kind: (value || undefined) as Kind | undefined })}
          >
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {KIND_NAMES[one]}
              </option>
            ))}
          </FilterChoice>
        }
      >
        {Object.entries(SHOWN).map(([id, name]) => (
          <Chip
            key={id}
            pressed={(show ?? 'all') === id}
            onClick={() => set({ show: id === 'all' ? undefined : (id as 'unread' | 'read') })}
          >
            {name}
            {(show ?? 'all') === id && list.data && <span className="faint">{count(total)}</span>}
          </Chip>
        ))}
      </FilterBar>
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={8} height={64} />
      ) : items.length === 0 ? (
        <Nothing isFiltered={show !== undefined || kind !== undefined} onReset={() => set(NO_FILTER)} />
      ) : (
        <ul className={styles.list} ref={rows} aria-busy={list.isPlaceholderData}>
          {items.map((one, index) => (
            <li
              key={one.id}
              data-current={index === at}
              onPointerMove={() => index !== at && setCursor(index)}
            >
              <NoticeRow notice={one} isFull>
                <ConfirmButton
                  size="small"
                  look="quiet"
                  icon="trash"
                  aria-label={`Delete: ${one.title}`}
                  question="Delete this notification?"
                  about={`"${one.title}" disappears from your list. What it is about stays as it is.`}
                  verb="Delete it"
                  onConfirm={() => remove.mutateAsync(one.id)}
                >
                  <span className="unseen">Delete</span>
                </ConfirmButton>
              </NoticeRow>
            </li>
          ))}
          {list.hasNextPage && (
            <li className={styles.more}>
              <More of={list}>Older ones</More>
            </li>
          )}
        </ul>
      )}
    </>
  )
}

const NO_FILTER = { show: undefined, kind: undefined }

function Nothing({ isFiltered, onReset }: { isFiltered: boolean; onReset: () => void }) {
  if (isFiltered)
    return (
      <Empty
        icon="filter"
        title="No matching notifications"
        action={<Button onClick={onReset}>Show all notifications</Button>}
      >
        No notification of the last 90 days matches the filters above.
      </Empty>
    )
  return (
    <Empty
      icon="bell"
      title="No notifications"
      action={
        <Link to={'/settings' as '/'} search={{ page: 'notifications' } as never} className={buttonClass()}>
          Choose what you hear about
        </Link>
      }
    >
      What concerns you appears here for 90 days: failed runs, approvals, tasks, budgets and messages.
    </Empty>
  )
}
