import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote, LeaveButton } from '../../ui/form/draft-note.tsx'
import { hasSecret } from '../../ui/form/secret-fields.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { InputField } from './input-field.tsx'
import { stepsRunAgain } from './model/steps.ts'
import { definitionQuery, useFollowUp } from './queries.ts'
import { useRunView } from './run-view.ts'
import { type Version, VersionField } from './version-field.tsx'

/** A new run like this one: with different input, from a step, or with another version. */
export function RerunDialog({ from: first, onClose }: { from: string | null; onClose: () => void }) {
  const { run, outline } = useRunView()
  const go = useNavigate()
  const again = useFollowUp(run.id)
  const [from, setFrom] = useState(first ?? '')
  const definition = useQuery(definitionQuery(run)).data
  const draft = useDraft<unknown>(
    definition === undefined || hasSecret(definition.inputs) ? null : `rerun.${run.id}`,
    () => run.input,
  )
  const input = draft.value
  const [version, setVersion] = useState<Version>('current')
  // Created with the dialog: pressing the button repeatedly creates one run. Changed settings create another one.
  const [key, setKey] = useState(newIdempotencyKey)
  const change =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value)
      setKey(newIdempotencyKey())
    }
  const top = outline.children.get(null) ?? []
  const done = from === '' ? top : stepsRunAgain(outline, from)
  const kept = top.filter((step) => !done.includes(step))
  async function start() {
    const isOther = JSON.stringify(input) !== JSON.stringify(run.input)
    const body = {
      ...(run.workflowVersion === 0 ? {} : { version }),
      ...(from === '' ? {} : { from }),
      ...(isOther ? { input } : {}),
    }
    const made = await again.mutateAsync({ how: 'rerun', key, body }).catch(() => null)
    if (made === null) return
    draft.forget()
    onClose()
    await go({ to: '/runs/$id', params: { id: made.id } })
  }
  return (
    <Dialog
      size="large"
      title={from === '' ? 'Run it again' : 'Rerun from here'}
      about={
        from === '' || kept.length === 0
          ? 'A new run repeats every step.'
          : `A new run keeps the outcomes of ${namesOf(kept)}. It repeats ${namesOf(done)}.`
      }
      onClose={onClose}
      onSubmit={() => void start()}
      actions={
        <>
          <LeaveButton draft={draft} onClose={onClose} />
          <Button type="submit" look="primary" icon="play" busy={again.isPending}>
            Rerun
          </Button>
        </>
      }
    >
      <DraftNote draft={draft} />
      <SelectField label="From" value={from} onChange={(event) => change(setFrom)(event.target.value)}>
        <option value="">The beginning</option>
        {top
          .filter(({ undoes }) => undoes === null)
          .map((step) => (
            <option key={step.key} value={step.id}>
              {step.name}
            </option>
          ))}
      </SelectField>
      <VersionField value={version} onChange={change(setVersion)} />
      <InputField key={draft.round} draft={draft.key} value={input} onChange={change(draft.set)} />
      {again.isError && <ProblemNote problem={asProblem(again.error)} />}
    </Dialog>
  )
}

const MOST_NAMES = 4
const namesOf = (steps: readonly { name: string }[]): string => {
  const names = steps.slice(0, MOST_NAMES).map(({ name }) => name)
  const more = steps.length - names.length
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ')
}
