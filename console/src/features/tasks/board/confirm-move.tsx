import { Button } from '../../../ui/kit/button.tsx'
import { Dialog } from '../../../ui/kit/dialog.tsx'
import { VERB_NAMES, type Verb } from '../model/verbs.ts'
import type { TaskRow } from '../queries.ts'

export type Move = { row: TaskRow; verb: Verb }

type Props = { move: Move; busy: boolean; onClose: () => void; onConfirm: () => void }

export function ConfirmMove({ move: { row, verb }, busy, onClose, onConfirm }: Props) {
  return (
    <Dialog
      title={`${VERB_NAMES[verb]} ${row.title}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button look="primary" busy={busy} onClick={onConfirm}>
            {VERB_NAMES[verb]}
          </Button>
        </>
      }
    >
      <p>{aboutOf(verb, row)}</p>
    </Dialog>
  )
}

function aboutOf(verb: Verb, { children, status }: TaskRow): string {
  const parts = children > 0 ? ' So are its parts.' : ''
  if (verb === 'cancel') return `What is being worked on stops, and the task is cancelled.${parts}`
  return status === 'succeeded'
    ? `It has succeeded, and is done again from the start.${parts}`
    : `Steps that succeeded are kept, the others start again.${parts}`
}
