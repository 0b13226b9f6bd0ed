// Approve or reject: with the workflow's form and an optional comment.
import { useState } from 'react'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote } from '../../ui/form/draft-note.tsx'
import { SchemaForm, type Value, valuesOf } from '../../ui/form/schema-form.tsx'
import { hasSecret } from '../../ui/form/secret-fields.ts'
import { Button } from '../../ui/kit/button.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { FILE_FIELDS } from '../files/index.ts'
import styles from './decide.module.css'
import type { Decision } from './queries.ts'

type Props = {
  id: string
  form: unknown
  busy: boolean
  onDecide: (decision: Decision, onDone: () => void) => void
  /** Whether the form is shown immediately. */
  isWide?: boolean
}

const hasFields = (form: unknown): boolean =>
  Object.keys((form as { properties?: object } | null)?.properties ?? {}).length > 0

export function Decide({ id, form, busy, onDecide, isWide = false }: Props) {
  const asks = hasFields(form)
  const draft = useDraft<{ values: Record<string, Value>; comment: string }>(
    hasSecret(form) ? null : `decide.${id}`,
    () => ({ values: valuesOf(form), comment: '' }),
  )
  const { values, comment } = draft.value
  const [isOpen, setOpen] = useState(isWide || draft.isRestored)
  const decide = (decision: Decision['decision']) =>
    onDecide(
      {
        id,
        decision,
        ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
        ...(asks && decision === 'approve' ? { data: values } : {}),
      },
      draft.forget,
    )
  return (
    <form
      className={styles.decide}
      onSubmit={(event) => {
        event.preventDefault()
        if (asks && !isOpen) setOpen(true)
        else decide('approve')
      }}
    >
      {isOpen && (
        <div className={styles.fields}>
          <DraftNote draft={draft} />
          {asks && (
            <SchemaForm
              key={draft.round}
              draft={draft.key && `${draft.key}.form`}
              schema={form}
              files={FILE_FIELDS}
              values={values}
              onChange={(next) => draft.set({ comment, values: next })}
            />
          )}
          <TextField
            label="Comment"
            value={comment}
            maxLength={2000}
            onChange={(event) => draft.set({ values, comment: event.target.value })}
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
        <Button type="submit" look="primary" icon="check" data-decide="approve" busy={busy}>
          Approve
        </Button>
      </div>
    </form>
  )
}
