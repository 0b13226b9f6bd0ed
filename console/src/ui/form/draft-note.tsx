import { Button } from '../kit/button.tsx'
import type { Draft } from './draft.ts'
import styles from './draft-note.module.css'

/** Says that the form contains what was typed before, and offers to empty it. */
export function DraftNote({ draft }: { draft: Pick<Draft<unknown>, 'isRestored' | 'discard'> }) {
  if (!draft.isRestored) return null
  return (
    <div className={styles.note} role="status">
      <span>This is what you typed before. It was not sent.</span>
      <Button size="small" look="quiet" onClick={draft.discard}>
        Discard it
      </Button>
    </div>
  )
}

/** Closes the form and forgets what was typed. */
export function LeaveButton({
  draft,
  onClose,
}: {
  draft: Pick<Draft<unknown>, 'forget'>
  onClose: () => void
}) {
  return (
    <Button
      onClick={() => {
        draft.forget()
        onClose()
      }}
    >
      Leave it
    </Button>
  )
}
