import { useQuery } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { count, exact } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { Facts } from '../../ui/kit/facts.tsx'
import { Json } from '../../ui/kit/json.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { useAdminAction } from './queries.ts'

/** One message: why it failed and what it is for. */
export function MessageDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const params = { id }
  const found = useQuery({
    queryKey: ['admin', 'message', id],
    queryFn: () => call('GET /admin/queues/messages/{id}', { params }),
  })
  const redrive = useAdminAction(() => call('POST /admin/queues/messages/{id}/redrive', { params }))
  const discard = useAdminAction(() => call('DELETE /admin/queues/messages/{id}', { params }))
  const one = found.data
  return (
    <Dialog
      title={one?.type ?? 'Message'}
      size="large"
      onClose={onClose}
      actions={
        one?.status === 'dead' && (
          <>
            <Button
              icon="trash"
              busy={discard.isPending}
              onClick={() => discard.mutate(undefined, { onSuccess: onClose })}
            >
              Delete the message
            </Button>
            <Button
              look="primary"
              busy={redrive.isPending}
              onClick={() => redrive.mutate(undefined, { onSuccess: onClose })}
            >
              Retry
            </Button>
          </>
        )
      }
    >
      {found.isError ? (
        <ProblemNote problem={asProblem(found.error)} />
      ) : one === undefined ? (
        <Skeleton rows={4} />
      ) : (
        <>
          <Facts
            facts={[
              ['Status', one.status],
              ['Attempts', count(one.attempts)],
              ['Last error', one.lastError],
              ['Next attempt', one.status === 'dead' ? 'none' : exact(one.nextAt)],
              ['Created', exact(one.createdAt)],
              [
                'Request',
                <span key="request" className="mono">
                  {one.requestId}
                </span>,
              ],
              [
                'Id',
                <span key="id" className="mono">
                  {one.id}
                </span>,
              ],
            ]}
          />
          <Json title="Content" value={one.body} />
          <p className="faint">Text other than ids is replaced by its length.</p>
        </>
      )}
    </Dialog>
  )
}
