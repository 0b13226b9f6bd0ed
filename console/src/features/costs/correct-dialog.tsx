import { useState } from 'react'
import type { Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { AmountFields } from './amount-fields.tsx'
import { amountsOf, type CostForm, formOf, labelsOf, NAMES } from './model/cost-form.ts'
import { type Cost, useCorrectCost } from './queries.ts'

type Props = { cost: Cost; etag: string; onClose: () => void; onReload: () => Promise<unknown> }

export function CorrectDialog({ cost, etag, onClose, onReload }: Props) {
  const [form, setForm] = useState(() => formOf(cost))
  const correct = useCorrectCost(cost.id)
  const problem = correct.isError ? asProblem(correct.error) : null
  const errorOf = (field: keyof CostForm) =>
    (NAMES[field] ?? [field]).map((name) => problem?.of(name)).find((text) => text !== undefined)
  async function submit() {
    const body = { ...amountsOf(form), labels: labelsOf(form.labels) } as Schemas['UpdateCost']
    const isDone = await correct.mutateAsync({ body, etag }).then(
      () => true,
      () => false,
    )
    if (!isDone) return
    showToast('The cost was corrected.')
    onClose()
  }
  return (
    <Dialog
      title="Correct the cost"
      about="The audit log keeps the old amounts."
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={correct.isPending}>
            Save
          </Button>
        </>
      }
    >
      <AmountFields form={form} onChange={(change) => setForm({ ...form, ...change })} errorOf={errorOf} />
      {problem && <ProblemNote problem={problem} />}
      {problem?.status === 412 && (
        <Button
          onClick={() => {
            correct.reset()
            void onReload()
          }}
        >
          Load the current amounts
        </Button>
      )}
    </Dialog>
  )
}
