import { useState } from 'react'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { plural } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { CheckField, SelectField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { useRecover, type Webhook } from './queries.ts'

const HOUR_MS = 3_600_000

const SPANS: [hours: number, name: string][] = [
  [1, 'the last hour'],
  [24, 'the last day'],
  [7 * 24, 'the last week'],
  [30 * 24, 'the last 30 days'],
]

export function RecoverDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const recover = useRecover(webhook.id)
  const [hours, setHours] = useState(24)
  const [isAll, setAll] = useState(false)
  const send = () =>
    recover.mutate({
      from: new Date(serverNow() - hours * HOUR_MS).toISOString(),
      only: isAll ? 'all' : 'failed',
    })
  return (
    <Dialog
      title="Send missed events"
      about="Events that were not delivered are sent again, with the same webhook-id, also those from while it was paused."
      onClose={onClose}
      onSubmit={send}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" busy={recover.isPending}>
            {recover.data?.more ? 'Send the next' : 'Send them'}
          </Button>
        </>
      }
    >
      <SelectField
        label="Events of"
        value={hours}
        onChange={(event) => {
          setHours(Number(event.target.value))
          recover.reset()
        }}
      >
        {SPANS.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </SelectField>
      <CheckField
        label="Also those that were delivered"
        help="The receiver gets them a second time, with the same webhook-id."
        checked={isAll}
        onChange={(event) => {
          setAll(event.target.checked)
          recover.reset()
        }}
      />
      {recover.isError && <ProblemNote problem={asProblem(recover.error)} />}
      {recover.data && (
        <p role="status">
          {recover.data.recovered === 0
            ? 'There was nothing to send.'
            : `${plural(recover.data.recovered, 'event')} will be sent.`}
          {recover.data.more && ' There are more: send the next ones too.'}
        </p>
      )}
    </Dialog>
  )
}
