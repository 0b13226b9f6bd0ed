import { Button } from '../../../ui/kit/button.tsx'
import { ProblemNote } from '../../../ui/kit/page.tsx'
import styles from './chat.module.css'
import type { Live } from './use-chat.ts'

type Props = { live: Live; onAgain: () => void; onEdit: () => void }

/** What happens with the answer, in a sentence that is also read aloud. */
export function StateNote({ live, onAgain, onEdit }: Props) {
  const { state, problem, why } = live
  return (
    <div className={styles.state}>
      <p role="status" className={state === 'lost' || state === 'waiting' ? undefined : 'unseen'}>
        {state === 'sending' && 'Sending'}
        {state === 'answering' && 'The agent is answering'}
        {state === 'lost' && 'The connection is lost. The agent continues, and its answer is loaded again…'}
        {state === 'waiting' && 'The agent waits for a decision.'}
      </p>
      {state === 'failed' && problem !== null && (
        <>
          <ProblemNote problem={problem} />
          <div className={styles.stateButtons}>
            <Button size="small" icon="retry" onClick={onAgain}>
              Send again
            </Button>
            <Button size="small" look="quiet" onClick={onEdit}>
              Change it
            </Button>
          </div>
        </>
      )}
      {state === 'failed' && why !== null && (
        <p role="alert" className={styles.why} dir="auto">
          {why}
        </p>
      )}
    </div>
  )
}
