import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { DeliveryView } from './delivery-view.tsx'
import { useEventTypes, useSendTest, type Webhook } from './queries.ts'

const TEST = 'webhook.test'

export function TestDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const types = useEventTypes().data ?? []
  const [type, setType] = useState(TEST)
  const test = useSendTest(webhook.id)
  return (
    <Dialog
      title="Send an example"
      about="It is sent once and immediately, signed like a real event. Nothing happens in the team."
      size="large"
      onClose={onClose}
      onSubmit={() => test.mutate(type)}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" busy={test.isPending}>
            {test.data ? 'Send another' : 'Send it'}
          </Button>
        </>
      }
    >
      <SelectField label="Event" value={type} onChange={(event) => setType(event.target.value)}>
        <option value={TEST}>{TEST}</option>
        {types.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </SelectField>
      {test.isError && <ProblemNote problem={asProblem(test.error)} />}
      {test.data && <DeliveryView delivery={test.data} />}
    </Dialog>
  )
}
