import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote, LeaveButton } from '../../ui/form/draft-note.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { showToast } from '../../ui/kit/toast.tsx'
import { toCost } from '../shell/index.ts'
import { AmountFields } from './amount-fields.tsx'
import { bodyOf, type CostForm, emptyForm, NAMES } from './model/cost-form.ts'
import { dayOf } from './model/days.ts'
import { useSaveCost } from './queries.ts'

/** A new row. A row with the same day, provider and so on is corrected, as the API does it. */
export function CostDialog({ onClose }: { onClose: () => void }) {
  const draft = useDraft('cost', () => emptyForm(dayOf(serverNow())))
  const [key, setKey] = useState(newIdempotencyKey)
  const save = useSaveCost()
  const go = useNavigate()
  const form = draft.value
  const set = (change: Partial<CostForm>) => {
    draft.set({ ...form, ...change })
    setKey(newIdempotencyKey())
  }
  const problem = save.isError ? asProblem(save.error) : null
  const errorOf = (field: keyof CostForm) =>
    (NAMES[field] ?? [field]).map((name) => problem?.of(name)).find((text) => text !== undefined)
  const text = (field: keyof CostForm) => ({
    error: errorOf(field),
    autoComplete: 'off',
    value: form[field],
    onChange: ({ target }: { target: { value: string } }) => set({ [field]: target.value }),
  })
  async function submit() {
    const made = await save
      .mutateAsync({ body: bodyOf(form) as Schemas['CreateCost'], key })
      .catch(() => null)
    if (made === null) return
    draft.forget()
    showToast(made.version === 1 ? 'The cost was recorded.' : 'The row existed already and was changed.')
    onClose()
    void go(toCost(made.id))
  }
  return (
    <Dialog
      title="Record a cost"
      about="A team has one row for each day, provider, service, resource, GPU type, source and line. Recording it again corrects it."
      size="large"
      onClose={onClose}
      onSubmit={() => void submit()}
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
        <TextField {...text('service')} label="Service (optional)" maxLength={200} />
        <TextField {...text('resource')} label="Resource (optional)" maxLength={1_000} />
        <TextField {...text('gpuType')} label="GPU type (optional)" maxLength={100} />
        <TextField
          {...text('source')}
          label="Source"
          help="Where the row is from, such as a bill"
          maxLength={100}
          required
        />
      </div>
      <AmountFields form={form} onChange={set} errorOf={errorOf} />
      <div className={sheet.pair}>
        <TextField
          {...text('line')}
          label="Line (optional)"
          help="Distinguishes rows that are otherwise equal"
          maxLength={100}
        />
        <SelectField
          label="If the row exists"
          value={form.mode}
          onChange={({ target }) => set({ mode: target.value as CostForm['mode'] })}
        >
          <option value="set">Replace its amount</option>
          <option value="add">Add to its amount</option>
        </SelectField>
      </div>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
