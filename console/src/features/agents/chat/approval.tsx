import { useState } from 'react'
import { asProblem, type Problem } from '../../../api/problem.ts'
import { Button } from '../../../ui/kit/button.tsx'
import { TextField } from '../../../ui/kit/field.tsx'
import { ProblemNote } from '../../../ui/kit/page.tsx'
import styles from './chat.module.css'

type Props = {
  question: string
  mayDecide: boolean
  onDecide: (approved: boolean, reason: string) => Promise<void>
}

/** A person decides in the conversation. The server knows who may. */
export function ApprovalInChat({ question, mayDecide, onDecide }: Props) {
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState<'approve' | 'reject' | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  async function decide(verdict: 'approve' | 'reject') {
    setBusy(verdict)
    setProblem(null)
    try {
      await onDecide(verdict === 'approve', reason.trim())
    } catch (error) {
      setProblem(asProblem(error))
      setBusy(null)
    }
  }
  return (
    <section className={styles.approval} aria-label="Waiting for an approval">
      <p>{question}</p>
      {mayDecide ? (
        <>
          <TextField
            label="Comment (optional)"
            value={reason}
            maxLength={2000}
            onChange={(event) => setReason(event.target.value)}
          />
          <div className={styles.approvalButtons}>
            <Button
              icon="close"
              busy={busy === 'reject'}
              disabled={busy !== null}
              onClick={() => void decide('reject')}
            >
              Reject
            </Button>
            <Button
              look="primary"
              icon="check"
              busy={busy === 'approve'}
              disabled={busy !== null}
              onClick={() => void decide('approve')}
            >
              Approve
            </Button>
          </div>
        </>
      ) : (
        <p className="faint">A member of the team has to decide.</p>
      )}
      {problem && <ProblemNote problem={problem} />}
    </section>
  )
}
