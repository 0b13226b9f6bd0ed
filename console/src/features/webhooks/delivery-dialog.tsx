import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { useRights } from '../shell/index.ts'
import { DeliveryView } from './delivery-view.tsx'
import { useDelivery, useRedeliver } from './queries.ts'

type Props = { webhookId: string; id: string; isActive: boolean; onClose: () => void }

export function DeliveryDialog({ webhookId, id, isActive, onClose }: Props) {
  const found = useDelivery(webhookId, id)
  const again = useRedeliver(webhookId)
  const { mayManage } = useRights()
  return (
    <Dialog
      title={found.data ? `Delivery of ${found.data.type}` : 'Delivery'}
      size="large"
      onClose={onClose}
      actions={
        mayManage &&
        found.data && (
          <>
            {!isActive && <span className="faint">It can be sent again once the webhook is active.</span>}
            <Button
              icon="retry"
              busy={again.isPending}
              disabled={!isActive}
              title="With the same webhook-id, and up to ten attempts"
              onClick={() =>
                again.mutate(id, {
                  onSuccess: () => showToast('It is sent again, with the same webhook-id.'),
                })
              }
            >
              Send again
            </Button>
          </>
        )
      }
    >
      {found.isError ? (
        <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />
      ) : found.data ? (
        <DeliveryView delivery={found.data} />
      ) : (
        <Skeleton rows={5} />
      )}
    </Dialog>
  )
}
