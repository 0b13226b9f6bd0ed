import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote, LeaveButton } from '../../ui/form/draft-note.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { toTask } from '../shell/index.ts'
import { createBody, newForm } from './model/form.ts'
import { useCreate } from './mutations.ts'
import { TaskFields } from './task-fields.tsx'

/** A new task, or a subtask of `parent`. */
export function NewTask({
  parent = null,
  onClose,
}: {
  parent?: { id: string; title: string } | null
  onClose: () => void
}) {
  const draft = useDraft(parent === null ? 'task' : `task.${parent.id}`, () => ({ ...newForm(), parent }))
  const [key, setKey] = useState(newIdempotencyKey)
  const create = useCreate()
  const go = useNavigate()
  const problem = create.isError ? asProblem(create.error) : null
  async function make() {
    const made = await create.mutateAsync({ body: createBody(draft.value), key }).catch(() => null)
    if (made === null) return
    draft.forget()
    await go(toTask(made.id))
  }
  return (
    <Dialog
      size="large"
      title={parent === null ? 'New task' : `New part of ${parent.title}`}
      onClose={onClose}
      onSubmit={() => void make()}
      actions={
        <>
          <LeaveButton draft={draft} onClose={onClose} />
          <Button type="submit" look="primary" icon="plus" busy={create.isPending}>
            {draft.value.autoStart ? 'Create and start' : 'Create'}
          </Button>
        </>
      }
    >
      <DraftNote draft={draft} />
      <TaskFields
        key={draft.round}
        isNew
        form={draft.value}
        draft={draft.key}
        problem={problem}
        onChange={(form) => {
          draft.set(form)
          // Another task. Pressing twice with the same fields makes one task.
          setKey(newIdempotencyKey())
        }}
      />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
