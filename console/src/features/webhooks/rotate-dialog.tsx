import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { exact } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { ShownOnce } from '../../ui/kit/shown-once.tsx'
import { CALLBACKS, useRotate } from './queries.ts'

/** Ends with the new secret, which is shown once. */
export function RotateDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const rotate = useRotate(id)
  const [key, setKey] = useState(newIdempotencyKey)
  const problem = rotate.isError ? asProblem(rotate.error) : null
  const isAgain = problem?.status === 409
  const send = () => rotate.mutate({ force: isAgain, key }, { onError: () => setKey(newIdempotencyKey()) })
  if (rotate.data)
    return (
      <Dialog
        title="The secret was rotated"
        onClose={onClose}
        actions={
          <Button look="primary" onClick={onClose}>
            I have stored it
          </Button>
        }
      >
        <ShownOnce
          about="The new secret is shown only once. Store it where the receiver verifies the signature."
          secret={rotate.data.secret}
          label="Copy the secret"
        />
        {rotate.data.oldSecretUntil && (
          <p className="dim">
            Requests are also signed with the old one until {exact(rotate.data.oldSecretUntil)}.
          </p>
        )}
      </Dialog>
    )
  return (
    <Dialog
      title={id === CALLBACKS ? 'Rotate the secret of callbacks?' : 'Rotate the secret?'}
      about="For 24 hours, requests are signed with both the old and the new secret, so the receiver can switch within that time."
      onClose={onClose}
      onSubmit={send}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look={isAgain ? 'danger' : 'primary'} busy={rotate.isPending}>
            {isAgain ? 'Rotate it anyway' : 'Rotate'}
          </Button>
        </>
      }
    >
      {problem && <ProblemNote problem={problem} />}
      {isAgain && (
        <p>If the current secret has leaked, rotate it anyway: the one before it stops signing at once.</p>
      )}
    </Dialog>
  )
}
