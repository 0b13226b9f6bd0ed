import { lazy, Suspense, useState } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { Button } from '../../../ui/kit/button.tsx'
import { TextField } from '../../../ui/kit/field.tsx'
import { ProblemNote } from '../../../ui/kit/page.tsx'
import { type Thread, useRenameThread } from './queries.ts'

const Dialog = lazy(() => import('../../../ui/kit/dialog.tsx').then((parts) => ({ default: parts.Dialog })))

export function RenameDialog({ thread, onClose }: { thread: Thread; onClose: () => void }) {
  const [title, setTitle] = useState(thread.title)
  const rename = useRenameThread()
  const problem = rename.isError ? asProblem(rename.error) : null
  async function save() {
    const made = await rename.mutateAsync({ id: thread.id, title: title.trim() }).catch(() => null)
    if (made !== null) onClose()
  }
  return (
    <Suspense>
      <Dialog
        title="Rename the conversation"
        onClose={onClose}
        onSubmit={() => void save()}
        actions={
          <>
            <Button onClick={onClose}>Leave it</Button>
            <Button type="submit" look="primary" busy={rename.isPending}>
              Rename
            </Button>
          </>
        }
      >
        <TextField
          label="Title"
          value={title}
          required
          maxLength={200}
          error={problem?.of('title')}
          onChange={(event) => setTitle(event.target.value)}
        />
        {problem && problem.of('title') === undefined && <ProblemNote problem={problem} />}
      </Dialog>
    </Suspense>
  )
}
