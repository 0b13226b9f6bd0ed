import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { toNewDeployment, useRights } from '../shell/index.ts'
import type { FollowVerb } from './follow-dialog.tsx'
import { verbsOf } from './model/deployment.ts'
import { isActive } from './model/filter.ts'
import { type Deployment, useControl, usePublished } from './queries.ts'

const FollowDialog = lazy(() =>
  import('./follow-dialog.tsx').then(({ FollowDialog: dialog }) => ({ default: dialog })),
)
const DeleteDialog = lazy(() =>
  import('./delete-dialog.tsx').then(({ DeleteDialog: dialog }) => ({ default: dialog })),
)

export function Actions({ deployment: one }: { deployment: Deployment }) {
  const { mayRun } = useRights()
  const control = useControl(one.id)
  const published = usePublished(one)
  const [opened, setOpened] = useState<FollowVerb | 'delete' | null>(null)
  const verbs = verbsOf(one)
  const may = (verb: (typeof verbs)[number]) => mayRun && verbs.includes(verb)
  const close = () => setOpened(null)
  return (
    <>
      {may('delete') && (
        <Button foldsText icon="trash" onClick={() => setOpened('delete')}>
          Delete
        </Button>
      )}
      {may('refresh') && (
        <Button
          foldsText
          icon="retry"
          busy={control.isPending && control.variables === 'refresh'}
          onClick={() => control.mutate('refresh')}
        >
          Ask the platform
        </Button>
      )}
      {mayRun && !isActive(one.status) && (
        <Link {...toNewDeployment({ like: one.id })} className={`${buttonClass()} wide-only`}>
          Deploy with changes
        </Link>
      )}
      {may('redeploy') && (
        <Button foldsText icon="retry" onClick={() => setOpened('redeploy')}>
          {one.status === 'ready' ? 'Deploy again' : 'Retry'}
        </Button>
      )}
      {may('rollback') && published.isSuccess && published.data !== one.id && (
        <Button look="primary" icon="back" onClick={() => setOpened('rollback')}>
          Go back to it
        </Button>
      )}
      {may('promote') && (
        <Button look="primary" icon="upload" onClick={() => setOpened('promote')}>
          Promote
        </Button>
      )}
      {may('cancel') && (
        <ConfirmButton
          icon="stop"
          question={`Cancel the deployment of ${one.project}?`}
          about={
            one.status === 'queued'
              ? 'It has not begun. Nothing of it is published.'
              : 'What was sent so far may stay at the platform. The site that is public now stays.'
          }
          verb="Cancel the deployment"
          onConfirm={() => control.mutateAsync('cancel')}
        >
          Cancel
        </ConfirmButton>
      )}
      <Suspense>
        {opened === 'delete' && <DeleteDialog deployment={one} onClose={close} />}
        {opened !== null && opened !== 'delete' && (
          <FollowDialog verb={opened} deployment={one} onClose={close} />
        )}
      </Suspense>
    </>
  )
}
