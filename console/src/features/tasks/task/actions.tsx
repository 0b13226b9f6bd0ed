import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { plural } from '../../../ui/format/time.ts'
import { Button, IconButton } from '../../../ui/kit/button.tsx'
import { ConfirmButton } from '../../../ui/kit/confirm.tsx'
import { toTasks } from '../../shell/index.ts'
import { allows, isAtWork, type Verb } from '../model/verbs.ts'
import { useDelete, useVerb } from '../mutations.ts'
import type { Task } from '../queries.ts'

const KeepDialog = lazy(() =>
  import('../templates/keep-dialog.tsx').then(({ KeepDialog }) => ({ default: KeepDialog })),
)
const RetryTask = lazy(() => import('./retry-dialog.tsx').then(({ RetryTask }) => ({ default: RetryTask })))

/** What can be done with the task in its status. */
export function TaskActions({ task, onEdit }: { task: Task; onEdit: () => void }) {
  const act = useVerb()
  const remove = useDelete()
  const go = useNavigate()
  const [isRetrying, setRetrying] = useState(false)
  const [isKeeping, setKeeping] = useState(false)
  const { id, title, status, children } = task
  const parts = children > 0 ? ` So are its ${plural(children, 'part')}.` : ''
  const isBusy = (verb: Verb) => act.isPending && act.variables.verb === verb
  return (
    <>
      <Button foldsText icon="pencil" onClick={onEdit}>
        Edit
      </Button>
      <IconButton icon="layers" label="Keep as a template" onClick={() => setKeeping(true)} />
      <ConfirmButton
        foldsText
        icon="trash"
        question={`Delete ${title}?`}
        about={`${isAtWork(status) ? 'It is cancelled first. ' : ''}The task is deleted with its parts, comments and occurrences, and cannot be restored.`}
        verb="Delete the task"
        onConfirm={async () => {
          await remove.mutateAsync({ id, cancel: isAtWork(status) })
          await go(toTasks())
        }}
      >
        Delete
      </ConfirmButton>
      {allows(status, 'pause') && (
        <Button
          foldsText
          icon="pause"
          busy={isBusy('pause')}
          onClick={() => act.mutate({ id, verb: 'pause' })}
        >
          Pause
        </Button>
      )}
      {allows(status, 'cancel') && (
        <ConfirmButton
          foldsText
          icon="stop"
          question={`Cancel ${title}?`}
          about={`What is being worked on stops, and the task is cancelled.${parts}`}
          verb="Cancel the task"
          onConfirm={() => act.mutateAsync({ id, verb: 'cancel' })}
        >
          Cancel
        </ConfirmButton>
      )}
      {allows(status, 'resume') && (
        <Button
          look="primary"
          icon="play"
          busy={isBusy('resume')}
          onClick={() => act.mutate({ id, verb: 'resume' })}
        >
          Resume
        </Button>
      )}
      {allows(status, 'execute') && (
        <Button
          look="primary"
          icon="play"
          busy={isBusy('execute')}
          onClick={() => act.mutate({ id, verb: 'execute' })}
        >
          Execute
        </Button>
      )}
      {allows(status, 'retry') && (
        <Button look="primary" icon="retry" onClick={() => setRetrying(true)}>
          Retry
        </Button>
      )}
      {isKeeping && (
        <Suspense>
          <KeepDialog task={task} onClose={() => setKeeping(false)} />
        </Suspense>
      )}
      {isRetrying && (
        <Suspense>
          <RetryTask task={task} onClose={() => setRetrying(false)} />
        </Suspense>
      )}
    </>
  )
}
