import { useState } from 'react'
import { newIdempotencyKey } from '../../../api/client.ts'
import { asProblem } from '../../../api/problem.ts'
import { JsonField } from '../../../ui/form/json-field.tsx'
import { Button } from '../../../ui/kit/button.tsx'
import { Dialog } from '../../../ui/kit/dialog.tsx'
import { SelectField } from '../../../ui/kit/field.tsx'
import { ProblemNote } from '../../../ui/kit/page.tsx'
import { useRetry } from '../mutations.ts'
import type { Task } from '../queries.ts'

type Way = 'failed' | 'start' | 'input'

export function RetryTask({ task, onClose }: { task: Task; onClose: () => void }) {
  const hasSucceeded = task.status === 'succeeded'
  const [way, setWay] = useState<Way>(hasSucceeded ? 'start' : 'failed')
  const [input, setInput] = useState<unknown>(task.input)
  const [key] = useState(newIdempotencyKey)
  const retry = useRetry(task.id)
  async function send() {
    const body = way === 'input' ? { input: (input ?? {}) as Record<string, unknown> } : { from: way }
    if ((await retry.mutateAsync({ body, key }).catch(() => null)) !== null) onClose()
  }
  return (
    <Dialog
      title={`Retry ${task.title}`}
      onClose={onClose}
      onSubmit={() => void send()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" icon="retry" busy={retry.isPending}>
            Retry
          </Button>
        </>
      }
    >
      <SelectField label="From" value={way} onChange={(event) => setWay(event.target.value as Way)}>
        {!hasSucceeded && <option value="failed">The failed step: what succeeded is kept</option>}
        <option value="start">The start: everything is done again</option>
        {task.children === 0 && <option value="input">The start, with another input</option>}
      </SelectField>
      {way === 'input' && <JsonField label="Input" value={input} onChange={setInput} />}
      {retry.isError && <ProblemNote problem={asProblem(retry.error)} />}
    </Dialog>
  )
}
