import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { CheckField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { sharesOf } from './model/limits.ts'

type Props = {
  budgets: Schemas['Budgets']
  etag: string
  onClose: () => void
  onReload: () => Promise<unknown>
}

const text = (value: number | null): string => (value === null ? '' : String(value))
const numberOf = (value: string): number | null => (value.trim() === '' ? null : Number(value))

export function BudgetDialog({ budgets: one, etag, onClose, onReload }: Props) {
  const cache = useQueryClient()
  const [form, setForm] = useState({
    cost: text(one.monthlyCostUsd),
    tokens: text(one.monthlyTokens),
    alertAt: one.alertAt.map((share) => Math.round(share * 10_000) / 100).join(', '),
    hardStop: one.hardStop,
  })
  const update = useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['UpdateBudgets']) =>
      call('PUT /teams/{id}/budgets', { params: { id: one.teamId }, body, ifMatch: etag }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['budgets'] })
      showToast('The budget was changed.')
      onClose()
    },
  })
  const problem = update.isError ? asProblem(update.error) : null
  const shares = sharesOf(form.alertAt)
  return (
    <Dialog
      title="Budget of a month"
      about="Months are counted in UTC. Costs are those that are recorded, with those of runs."
      onClose={onClose}
      onSubmit={() =>
        shares !== null &&
        update.mutate({
          monthlyCostUsd: numberOf(form.cost),
          monthlyTokens: numberOf(form.tokens),
          alertAt: shares,
          hardStop: form.hardStop,
        })
      }
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <TextField
        label="Costs in US dollars (optional)"
        help="Without a number, costs have no limit."
        type="number"
        inputMode="decimal"
        min={0}
        max={100_000_000}
        step="any"
        error={problem?.of('monthlyCostUsd')}
        value={form.cost}
        onChange={({ target }) => setForm({ ...form, cost: target.value })}
      />
      <TextField
        label="Tokens (optional)"
        help="Of models in runs"
        type="number"
        inputMode="numeric"
        min={0}
        step={1}
        error={problem?.of('monthlyTokens')}
        value={form.tokens}
        onChange={({ target }) => setForm({ ...form, tokens: target.value })}
      />
      <TextField
        label="Tell the owners at these percents"
        help="Such as 50, 80, 100"
        error={shares === null ? 'Numbers from 1 to 100, with commas between them.' : problem?.of('alertAt')}
        value={form.alertAt}
        onChange={({ target }) => setForm({ ...form, alertAt: target.value })}
      />
      <CheckField
        label="Refuse calls to models at a limit"
        help="The possible cost of each call is reserved before it. Models without a known price are refused too."
        checked={form.hardStop}
        onChange={({ target }) => setForm({ ...form, hardStop: target.checked })}
      />
      {problem && <ProblemNote problem={problem} />}
      {problem?.status === 412 && (
        <Button
          onClick={() => {
            update.reset()
            void onReload()
          }}
        >
          Load the current budget
        </Button>
      )}
    </Dialog>
  )
}
