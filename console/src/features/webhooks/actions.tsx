import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { toWebhooks, useRights } from '../shell/index.ts'
import { CALLBACKS, useDelete, useUpdate, type Webhook } from './queries.ts'

const EditDialog = lazy(() =>
  import('./edit-dialog.tsx').then(({ EditDialog: dialog }) => ({ default: dialog })),
)
const TestDialog = lazy(() =>
  import('./test-dialog.tsx').then(({ TestDialog: dialog }) => ({ default: dialog })),
)
const RotateDialog = lazy(() =>
  import('./rotate-dialog.tsx').then(({ RotateDialog: dialog }) => ({ default: dialog })),
)
const RecoverDialog = lazy(() =>
  import('./recover-dialog.tsx').then(({ RecoverDialog: dialog }) => ({ default: dialog })),
)

type ActionProps = { webhook: Webhook; etag: string }

export function TestButton({ webhook }: { webhook: Webhook }) {
  const { mayManage } = useRights()
  const [isOpen, setOpen] = useState(false)
  if (!mayManage) return null
  return (
    <>
      <Button look="primary" icon="play" onClick={() => setOpen(true)}>
        Test
      </Button>
      {isOpen && (
        <Suspense>
          <TestDialog webhook={webhook} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}

export function WebhookActions({ webhook: one, etag }: ActionProps) {
  const go = useNavigate()
  const { mayManage } = useRights()
  const update = useUpdate(one.id, false)
  const remove = useDelete(one.id)
  const [opened, setOpened] = useState<'edit' | 'rotate' | 'recover' | null>(null)
  const close = () => setOpened(null)
  if (!mayManage) return null
  return (
    <>
      <Button
        icon={one.active ? 'pause' : 'play'}
        busy={update.isPending}
        onClick={() => update.mutate({ body: { active: !one.active }, etag })}
      >
        {one.active ? 'Pause' : 'Enable'}
      </Button>
      <Button icon="settings" onClick={() => setOpened('edit')}>
        Change
      </Button>
      <Button icon="key" onClick={() => setOpened('rotate')}>
        Rotate
      </Button>
      {one.active && (
        <Button icon="retry" onClick={() => setOpened('recover')}>
          Send missed
        </Button>
      )}
      <ConfirmButton
        icon="trash"
        question={`Delete the webhook to ${new URL(one.url).host}?`}
        about="Nothing is sent there from then on, and its deliveries are no longer listed. This cannot be undone."
        verb="Delete the webhook"
        onConfirm={async () => {
          await remove.mutateAsync(etag)
          showToast('The webhook was deleted.')
          await go(toWebhooks())
        }}
      >
        Delete
      </ConfirmButton>
      <Suspense>
        {opened === 'edit' && <EditDialog webhook={one} etag={etag} onClose={close} />}
        {opened === 'rotate' && <RotateDialog id={one.id} onClose={close} />}
        {opened === 'recover' && <RecoverDialog webhook={one} onClose={close} />}
      </Suspense>
    </>
  )
}

export function CallbackActions() {
  const { mayManage } = useRights()
  const [isRotating, setRotating] = useState(false)
  if (!mayManage) return null
  return (
    <>
      <Button icon="key" onClick={() => setRotating(true)}>
        Rotate the secret
      </Button>
      {isRotating && (
        <Suspense>
          <RotateDialog id={CALLBACKS} onClose={() => setRotating(false)} />
        </Suspense>
      )}
    </>
  )
}
