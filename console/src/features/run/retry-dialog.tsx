import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { plural } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { useFollowUp } from './queries.ts'
import { useRunView } from './run-view.ts'
import { type Version, VersionField } from './version-field.tsx'

/** Retry keeps what succeeded; rerun starts from the beginning. */
export function RetryDialog({ onClose }: { onClose: () => void }) {
  const { run, live } = useRunView()
  const go = useNavigate()
  const again = useFollowUp(run.id)
  const [version, setVersion] = useState<Version>('current')
  const [key, setKey] = useState(newIdempotencyKey)
  const kept = [...live.steps.values()].reduce((sum, { counts }) => sum + (counts.succeeded ?? 0), 0)
  async function retry() {
    const made = await again.mutateAsync({ how: 'retry', key, version }).catch(() => null)
    if (made === null) return
    onClose()
    await go({ to: '/runs/$id', params: { id: made.id } })
  }
  return (
    <Dialog
      title="Retry failed steps?"
      about={`A new run keeps what succeeded (${plural(kept, 'outcome')}) and repeats the rest.`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button look="primary" icon="retry" busy={again.isPending} onClick={() => void retry()}>
            Retry
          </Button>
        </>
      }
    >
      <VersionField
        value={version}
        onChange={(next) => {
          setVersion(next)
          setKey(newIdempotencyKey())
        }}
      />
      {again.isError && <ProblemNote problem={asProblem(again.error)} />}
    </Dialog>
  )
}
