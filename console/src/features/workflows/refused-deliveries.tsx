import { useInfiniteQuery } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { asProblem } from '../../api/problem.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import styles from './triggers.module.css'

type Props = { workflowId: string; triggerKey: string; onClose: () => void }

/** What a sender has done wrong, without the bodies that it sent. */
export function RefusedDeliveries({ workflowId, triggerKey, onClose }: Props) {
  const list = useInfiniteQuery({
    queryKey: ['workflow', workflowId, 'refused', triggerKey],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /workflows/{id}/triggers/{key}/refused-deliveries', {
        params: { id: workflowId, key: triggerKey },
        query: { limit: 50, ...pageAfter(pageParam) },
      }),
  })
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Dialog
      size="large"
      title={`Refused deliveries of ${triggerKey}`}
      about="Requests to its URL that started no run, and why."
      onClose={onClose}
      actions={<Button onClick={onClose}>Close</Button>}
    >
      {list.isError ? (
        <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={4} />
      ) : items.length === 0 ? (
        <p className="faint">None. Every delivery so far was accepted.</p>
      ) : (
        <ul className={styles.refused}>
          {items.map((one) => (
            <li key={one.id}>
              <p>
                <Tag>{one.status}</Tag> {one.detail}
              </p>
              <small>
                <Ago at={one.at} /> · {one.method} /{one.path} · <span className="mono">{one.code}</span>
                {one.deliveryId && ` · id ${one.deliveryId}`}
                {one.userAgent && ` · ${one.userAgent}`}
                {one.address && ` · from ${one.address}`}
              </small>
            </li>
          ))}
        </ul>
      )}
      <More of={list}>Older ones</More>
    </Dialog>
  )
}
