import { useState } from 'react'
import { duration } from '../../ui/format/time.ts'
import { Ago, useSeconds } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Decide, useDecision } from '../approvals/index.ts'
import { useApproval } from './queries.ts'
import styles from './run.module.css'
import { useRunView } from './run-view.ts'

/** The run asks for a decision, shown above everything else. Several approvals are shown one at a time. */
export function ApprovalBar() {
  const { live, run } = useRunView()
  const [at, setAt] = useState(0)
  const asked =
    live.lastSeq > 0
      ? [...live.waits].flatMap(([path, { kind, name }]) => (kind === 'approval' ? [{ path, name }] : []))
      : run.waitingFor.filter(({ kind }) => kind === 'approval')
  const one = asked[at % Math.max(1, asked.length)]
  if (!one || one.name === null) return null
  return (
    <Question
      key={one.name}
      id={one.name}
      path={one.path}
      {...(asked.length > 1 && { others: asked.length - 1, onNext: () => setAt(at + 1) })}
    />
  )
}

type Props = { id: string; path: string; others?: number; onNext?: () => void }

function Question({ id, path, others, onNext }: Props) {
  const { run, choose, mayDecide } = useRunView()
  const { data: approval } = useApproval(id)
  const decide = useDecision()
  const now = useSeconds()
  const detail = run.waitingFor.find((wait) => wait.name === id)?.detail as { title?: string } | null
  const title = approval?.title ?? detail?.title ?? 'This run needs an approval'
  const isOpen = approval?.status === 'pending'
  return (
    <section className={styles.asks} aria-label="Waiting for an approval" data-tone="wait">
      <Glyph status="waiting" size={16} />
      <div className={styles.question}>
        <button type="button" onClick={() => choose(path)}>
          <b dir="auto">{title}</b>
        </button>
        <span dir="auto">
          {approval?.message && `${approval.message} · `}
          {approval && (
            <>
              asked <Ago at={approval.createdAt} />
            </>
          )}
          {approval?.expiresAt && `, ends in ${duration(Math.max(0, Date.parse(approval.expiresAt) - now))}`}
          {approval && approval.quorum > 1 && `, ${approval.decisions.length} of ${approval.quorum} answers`}
        </span>
      </div>
      {others !== undefined && (
        <Button look="quiet" size="small" onClick={onNext}>
          {others} more
        </Button>
      )}
      {isOpen && mayDecide && (
        <Decide
          id={id}
          form={approval.form}
          busy={decide.isPending}
          onDecide={(decision, onDone) => decide.mutate(decision, { onSuccess: onDone })}
        />
      )}
    </section>
  )
}
