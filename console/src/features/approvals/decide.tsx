// Approve or reject: with the workflow's form and an optional comment.
import { useState } from 'react'
import { SchemaForm, type Value, valuesOf } from '../../ui/form/schema-form.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import styles from './decide.module.css'
import type { Decision } from './queries.ts'

type Props = {
  id: string
  form: unknown
  busy: boolean
  onDecide: (decision: Decision) => void
  /** Whether the form is shown immediately. */
  isWide?: boolean
}

const hasFields = (form: unknown): boolean =>
  Object.keys((form as { properties?: object } | null)?.properties ?? {}).length > 0

export function Decide({ id, form, busy, onDecide, isWide = false }: Props) {
  const asks = hasFields(form)
  const [isOpen, setOpen] = useState(isWide)
  const [values, setValues] = useState<Record<string, Value>>(() => valuesOf(form))
  const [comment, setComment] = useState('')
  const decide = (decision: Decision['decision']) =>
    onDecide({
      id,
      decision,
      ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
      ...(asks && decision === 'approve' ? { data: values } : {}),
    })
  return (
    <div className={styles.decide}>
      {isOpen && (
        <div className={styles.fields}>
          {asks && <SchemaForm schema={form} values={values} onChange={setValues} />}
          <TextField
            label="Comment"
            value={comment}
            maxLength={2000}
            onChange={(event) => setComment(event.target.value)}
          />
        </div>
      )}
      <div className={styles.buttons}>
        {!isOpen && (
          <Button look="quiet" onClick={() => setOpen(true)}>
            Comment
          </Button>
        )}
        <Button icon="close" data-decide="reject" disabled={busy} onClick={() => decide('reject')}>
          Reject
        </Button>
        <Button
          look="primary"
          icon="check"
          data-decide="approve"
          busy={busy}
          onClick={() => (asks && !isOpen ? setOpen(true) : decide('approve'))}
        >
          Approve
        </Button>
      </div>
    </div>
  )
}
