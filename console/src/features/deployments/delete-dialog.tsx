import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { CheckField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { toDeployments } from '../shell/index.ts'
import { type Deployment, useRemove } from './queries.ts'

export function DeleteDialog({ deployment: one, onClose }: { deployment: Deployment; onClose: () => void }) {
  const go = useNavigate()
  const remove = useRemove(one.id)
  const [keepsSite, setKeepsSite] = useState(false)
  const isThere = one.readyAt !== null || one.platformId !== null
  const send = () =>
    remove.mutate(keepsSite, {
      onSuccess: () => {
        showToast('The deployment was deleted.')
        void go(toDeployments())
      },
    })
  return (
    <Dialog
      title={`Delete this deployment of ${one.project}?`}
      about="Its log and its list of files are deleted. This cannot be undone."
      onClose={onClose}
      onSubmit={send}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="danger" busy={remove.isPending}>
            Delete the deployment
          </Button>
        </>
      }
    >
      {isThere ? (
        <CheckField
          label="Keep it at the platform"
          help={
            one.environment === 'production'
              ? 'Otherwise it is deleted there too. If it is the public one, the site is gone.'
              : 'Otherwise the preview is deleted there too.'
          }
          checked={keepsSite}
          onChange={(event) => setKeepsSite(event.target.checked)}
        />
      ) : (
        <p>The platform has nothing of it.</p>
      )}
      {remove.isError && <ProblemNote problem={asProblem(remove.error)} />}
    </Dialog>
  )
}
