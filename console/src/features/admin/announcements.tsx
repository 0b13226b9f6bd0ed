import { useInfiniteQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { asProblem } from '../../api/problem.ts'
import { count, exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { Tag } from '../../ui/kit/tag.tsx'
import { PageProblem } from '../shell/index.ts'
import styles from './admin.module.css'
import { AdminFrame } from './frame.tsx'
import { announcementState, audienceText } from './model/announcements.ts'
import { useAdminAction } from './queries.ts'

const AnnouncementDialog = lazy(() =>
  import('./announcement-dialog.tsx').then((parts) => ({ default: parts.AnnouncementDialog })),
)

const STATES = { now: 'Shown now', later: 'Not yet', over: 'Over' }

/** Texts above every page of the console. */
export function Announcements() {
  useTitle('Announcements')
  const [isCreating, setCreating] = useState(false)
  const list = useInfiniteQuery({
    queryKey: ['admin', 'announcements'],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /realtime/admin/announcements', {
        query: { limit: 50, count: 'true', ...pageAfter(pageParam) },
      }),
  })
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  const create = (
    <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
      Announce something
    </Button>
  )
  return (
    <AdminFrame note={total !== undefined && <span className="faint num">{count(total)}</span>} end={create}>
      <div className={sheet.page}>
        {list.isError ? (
          <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Skeleton rows={5} height={72} />
        ) : rows.length === 0 ? (
          <Empty icon="bell" title="No announcements yet">
            An announcement is shown above every page, to everybody or to some teams, until it is dismissed.
          </Empty>
        ) : (
          <ul>
            {rows.map((one) => (
              <Item key={one.id} announcement={one} />
            ))}
          </ul>
        )}
        <More of={list} className={sheet.more}>
          Show more
        </More>
      </div>
      {isCreating && (
        <Suspense>
          <AnnouncementDialog onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </AdminFrame>
  )
}

function Item({ announcement: one }: { announcement: Schemas['AdminAnnouncement'] }) {
  const end = useAdminAction(() =>
    call('POST /realtime/admin/announcements/{id}/end', { params: { id: one.id } }),
  )
  const state = announcementState(one, serverNow())
  return (
    <li className={styles.announcement}>
      <div className={sheet.buttons}>
        <b>
          <bdi>{one.title}</bdi>
        </b>
        <Tag>{STATES[state]}</Tag>
        <span className="faint">{one.level}</span>
        <span className={sheet.grow} />
        {state !== 'over' && (
          <ConfirmButton
            size="small"
            question={`End “${one.title}”?`}
            about="It disappears from all pages. It cannot be shown again."
            verb="End it"
            onConfirm={() => end.mutateAsync(undefined)}
          >
            End
          </ConfirmButton>
        )}
      </div>
      <p>{one.message}</p>
      <small>
        for {audienceText(one.audience)}, from {exact(one.startsAt)}
        {one.expiresAt !== null && ` to ${exact(one.expiresAt)}`}, created <Ago at={one.createdAt} />
      </small>
    </li>
  )
}
