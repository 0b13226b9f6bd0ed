import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { plural } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { TextAreaField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { type Rate, ratesOf } from './model/rates.ts'

/** For administrators of the installation: rates are the same for all teams. */
export function RatesDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const cache = useQueryClient()
  const load = useMutation({
    meta: { quiet: true },
    mutationFn: (rates: Rate[]) => call('PUT /costs/rates', { body: rates }),
    onSuccess: ({ rates }) => {
      void cache.invalidateQueries({ queryKey: ['rates'] })
      showToast(`${plural(rates, 'rate')} stored.`)
      onClose()
    },
  })
  const read = ratesOf(text)
  const problem = load.isError ? asProblem(load.error) : null
  return (
    <Dialog
      title="Load exchange rates"
      about="For all teams. A rate of the same day is replaced. Dollars of costs that are stored already do not change."
      onClose={onClose}
      onSubmit={() => 'rates' in read && load.mutate(read.rates)}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            type="submit"
            look="primary"
            busy={load.isPending}
            disabled={!('rates' in read) || read.rates.length === 0}
          >
            Load
          </Button>
        </>
      }
    >
      <TextAreaField
        label="Rates"
        help="One in each line: the day, the currency, and the dollars for one unit. Such as 2026-01-31, EUR, 1.0847"
        error={'line' in read ? `Line ${read.line} is not a rate.` : undefined}
        className="mono"
        rows={8}
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
