import { useState } from 'react'
import { newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote, LeaveButton } from '../../ui/form/draft-note.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { TextAreaField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { showToast } from '../../ui/kit/toast.tsx'
import { dayOf } from './model/days.ts'
import { emptyUsage, type UsageForm, usageBody } from './model/usage-form.ts'
import { useSaveUsage } from './usage-queries.ts'

export function UsageDialog({ onClose }: { onClose: () => void }) {
  const draft = useDraft('usage', () => emptyUsage(dayOf(serverNow())))
  const [key, setKey] = useState(newIdempotencyKey)
  const save = useSaveUsage()
  const form = draft.value
  const problem = save.isError ? asProblem(save.error) : null
  const text = (field: keyof UsageForm) => ({
    error: problem?.of(field),
    autoComplete: 'off',
    value: form[field],
    onChange: ({ target }: { target: { value: string } }) => {
      draft.set({ ...form, [field]: target.value })
      setKey(newIdempotencyKey())
    },
  })
  const number = { type: 'number', inputMode: 'decimal', step: 'any', min: 0 } as const
  return (
    <Dialog
      title="Record usage"
      about="A team has one row for each day, provider, service, resource, GPU type, source and line. Recording it again corrects it."
      size="large"
      onClose={onClose}
      onSubmit={() =>
        save.mutate(
          { body: usageBody(form) as Schemas['CreateUsage'], key },
          {
            onSuccess: ({ version }) => {
              draft.forget()
              showToast(
                version === 1 ? 'The usage was recorded.' : 'The row existed already and was changed.',
              )
              onClose()
            },
          },
        )
      }
      actions={
        <>
          <LeaveButton draft={draft} onClose={onClose} />
          <Button type="submit" look="primary" busy={save.isPending}>
            Record
          </Button>
        </>
      }
    >
      <DraftNote draft={draft} />
      <div className={sheet.pair}>
        <TextField {...text('date')} label="Day" type="date" help="In UTC" required />
        <TextField {...text('provider')} label="Provider" maxLength={100} required />
        <TextField {...text('hours')} {...number} label="Hours" required />
        <TextField {...text('source')} label="Source" maxLength={100} required />
        <TextField {...text('quantity')} {...number} label="Quantity (optional)" />
        <TextField {...text('unit')} label="Unit (optional)" help="Such as tokens" maxLength={50} />
        <TextField {...text('gpuType')} label="GPU type (optional)" maxLength={100} />
        <TextField {...text('service')} label="Service (optional)" maxLength={200} />
        <TextField {...text('resource')} label="Resource (optional)" maxLength={1_000} />
        <TextField {...text('line')} label="Line (optional)" maxLength={100} />
      </div>
      <TextAreaField
        {...text('labels')}
        label="Labels (optional)"
        help="One in each line, such as project=search"
        rows={2}
        spellCheck={false}
      />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
