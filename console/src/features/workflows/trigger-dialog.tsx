import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import {
  type Draft,
  draftOf,
  freeKey,
  type Given,
  type TriggerType,
  triggerOf,
  withTrigger,
} from './model/trigger-form.ts'
import { useSetTriggers, type Workflow } from './queries.ts'
import { EventFields, type FieldsProps, ScheduleFields } from './trigger-fields.tsx'
import { WebhookFields } from './webhook-fields.tsx'

const TYPES: Record<TriggerType, string> = {
  schedule: 'Schedule: at fixed times',
  webhook: 'Webhook: when a service calls its URL',
  event: 'Event: when the team receives an event',
  manual: 'Manual: at a chosen step, when somebody starts it',
}

type Props = {
  workflow: Workflow
  etag: string
  /** The key of the edited trigger; null for a new one. */
  edited: string | null
  onClose: () => void
}

export function TriggerDialog({ workflow, etag, edited, onClose }: Props) {
  // They may have changed since the dialog was opened.
  const triggers = workflow.triggers as Given[]
  const found = triggers.findIndex(({ key }) => key === edited)
  const at = found === -1 ? null : found
  const keys = triggers.map(({ key = '' }) => key)
  const before = at === null ? null : (triggers[at] ?? null)
  const newDraft = (type: TriggerType) => draftOf({ type, key: freeKey(type, keys) })
  const [draft, setDraft] = useState<Draft>(() => (before === null ? newDraft('schedule') : draftOf(before)))
  const save = useSetTriggers(workflow.id)
  const problem = save.isError ? asProblem(save.error) : null
  const position = at ?? triggers.length
  const fields: FieldsProps = {
    draft,
    texts: draft.texts,
    onText: (name, value) => setDraft({ ...draft, texts: { ...draft.texts, [name]: value } }),
    onChange: (change) => setDraft({ ...draft, ...change }),
    errorOf: (name) => problem?.of(`triggers/${position}/${name}`),
  }
  async function submit() {
    const next = triggerOf(draft, before)
    const saved = await save
      .mutateAsync({ triggers: withTrigger(triggers, at, next), etag })
      .catch(() => null)
    if (saved !== null) onClose()
  }
  return (
    <Dialog
      size="large"
      title={before === null ? 'New trigger' : `Trigger ${before.key}`}
      about={
        workflow.active
          ? 'Saving creates a version of the workflow. The trigger starts runs immediately.'
          : 'Saving creates a version of the workflow. Its triggers start runs once it is switched on.'
      }
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            {before === null ? 'Add the trigger' : 'Save'}
          </Button>
        </>
      }
    >
      {before === null && (
        <SelectField
          label="Starts runs"
          value={draft.type}
          onChange={(event) => setDraft(newDraft(event.target.value as TriggerType))}
        >
          {Object.entries(TYPES).map(([type, name]) => (
            <option key={type} value={type}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
      <TextField
        label="Key"
        help={
          before === null
            ? 'Its name in the workflow. The URL and the secret of a webhook belong to it.'
            : 'A key cannot be changed: the URL and the secret of a webhook belong to it.'
        }
        required
        maxLength={64}
        readOnly={before !== null}
        value={draft.key}
        error={fields.errorOf('key')}
        onChange={(event) => setDraft({ ...draft, key: event.target.value })}
      />
      {draft.type === 'schedule' && <ScheduleFields key={draft.type} {...fields} />}
      {draft.type === 'webhook' && (
        <WebhookFields {...fields} hasSecret={before?.type === 'webhook' && before.hasSecret === true} />
      )}
      {draft.type === 'event' && <EventFields {...fields} />}
      <EntryField
        workflow={workflow}
        value={draft.texts.entry ?? ''}
        onChange={(id) => fields.onText('entry', id)}
      />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

type EntryProps = { workflow: Workflow; value: string; onChange: (id: string) => void }

function EntryField({ workflow, value, onChange }: EntryProps) {
  const { nodes } = workflow.definition as unknown as { nodes: { id: string; name?: string }[] }
  return (
    <SelectField label="Runs begin at" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">The first steps</option>
      {nodes.map(({ id, name }) => (
        <option key={id} value={id}>
          {name === undefined ? id : `${name} (${id})`}
        </option>
      ))}
    </SelectField>
  )
}
