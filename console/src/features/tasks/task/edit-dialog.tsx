import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { useDraft } from '../../../ui/form/draft.ts'
import { DraftNote, LeaveButton } from '../../../ui/form/draft-note.tsx'
import { Button } from '../../../ui/kit/button.tsx'
import { Dialog } from '../../../ui/kit/dialog.tsx'
import { ProblemNote } from '../../../ui/kit/page.tsx'
import { showToast } from '../../../ui/kit/toast.tsx'
import { formOf, updateBody } from '../model/form.ts'
import { isAtWork } from '../model/verbs.ts'
import { useUpdate } from '../mutations.ts'
import { type Task, taskKey } from '../queries.ts'
import { TaskFields } from '../task-fields.tsx'
import styles from '../tasks.module.css'

type Opened = { task: Task; etag: string }

/** Offers the newest version when somebody else has changed the task in the meantime. */
export function EditTask({ task, etag, onClose }: Opened & { onClose: () => void }) {
  const [opened, setOpened] = useState<Opened>({ task, etag })
  const cache = useQueryClient()
  return (
    <EditForm
      key={opened.etag}
      opened={opened}
      newest={() => cache.getQueryData<Opened>(taskKey(task.id)) ?? opened}
      onReload={setOpened}
      onClose={onClose}
    />
  )
}

type FormProps = {
  opened: Opened
  newest: () => Opened
  onReload: (newest: Opened) => void
  onClose: () => void
}

/** Sends only what was changed, and only to the version that it was changed from. */
function EditForm({ opened, newest, onReload, onClose }: FormProps) {
  const { task } = opened
  const draft = useDraft(`task.edit.${task.id}.${task.version}`, () => formOf(task))
  const update = useUpdate(task.id)
  const problem = update.isError ? asProblem(update.error) : null
  const isStale = problem?.status === 412
  async function save(etag: string) {
    const body = updateBody(task, draft.value)
    const isSaved =
      Object.keys(body).length === 0 || (await update.mutateAsync({ body, etag }).catch(() => null)) !== null
    if (!isSaved) return
    draft.forget()
    showToast('Saved.')
    onClose()
  }
  return (
    <Dialog
      size="large"
      title={`Edit ${task.title}`}
      onClose={onClose}
      onSubmit={() => void save(opened.etag)}
      actions={
        <>
          <LeaveButton draft={draft} onClose={onClose} />
          <Button type="submit" look="primary" busy={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <DraftNote draft={draft} />
      {isStale && (
        <div className={styles.stale} role="alert">
          <p>
            <b>The task was changed since you opened it.</b> What you changed here is not saved yet.
          </p>
          <Button
            size="small"
            onClick={() => {
              draft.forget()
              onReload(newest())
            }}
          >
            Load the newest
          </Button>
          <Button size="small" onClick={() => void save(newest().etag)}>
            Save my changes all the same
          </Button>
        </div>
      )}
      <TaskFields
        key={draft.round}
        isNew={false}
        isFixed={isAtWork(task.status) || task.children > 0}
        form={draft.value}
        draft={draft.key}
        problem={problem}
        onChange={draft.set}
      />
      {problem && !isStale && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
