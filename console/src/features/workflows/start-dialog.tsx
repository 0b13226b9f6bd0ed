import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote, LeaveButton } from '../../ui/form/draft-note.tsx'
import { JsonField } from '../../ui/form/json-field.tsx'
import { SchemaForm, type Value, valuesOf } from '../../ui/form/schema-form.tsx'
import { hasSecret } from '../../ui/form/secret-fields.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { FILE_FIELDS } from '../files/index.ts'
import { toRun } from '../shell/index.ts'
import { useStart, type Workflow } from './queries.ts'

const propertiesOf = (schema: unknown): object => (schema as { properties?: object } | null)?.properties ?? {}

/** The input as a form from its schema, or as JSON. */
export function StartDialog({ workflow, onClose }: { workflow: Workflow; onClose: () => void }) {
  const { inputs } = workflow.definition
  const hasForm = Object.keys(propertiesOf(inputs)).length > 0
  const [view, setView] = useState(hasForm ? 'form' : 'json')
  const draft = useDraft<Value>(hasSecret(inputs) ? null : `start.${workflow.id}`, () =>
    hasForm ? valuesOf(inputs) : undefined,
  )
  const input = draft.value
  const [key, setKey] = useState(newIdempotencyKey)
  const start = useStart(workflow.id)
  const go = useNavigate()
  const problem = start.isError ? asProblem(start.error) : null
  const change = (value: Value) => {
    draft.set(value)
    // A different input is another run. Pressing twice with the same input is one run.
    setKey(newIdempotencyKey())
  }
  async function run() {
    const made = await start.mutateAsync({ input: input ?? null, key }).catch(() => null)
    if (made === null) return
    draft.forget()
    await go(toRun(made.id))
  }
  return (
    <Dialog
      size="large"
      title={`Run ${workflow.name}`}
      about={`Version ${workflow.version}, started manually.`}
      onClose={onClose}
      onSubmit={() => void run()}
      actions={
        <>
          <LeaveButton draft={draft} onClose={onClose} />
          <Button type="submit" look="primary" icon="play" busy={start.isPending}>
            Run
          </Button>
        </>
      }
    >
      <DraftNote draft={draft} />
      {hasForm && (
        <Tabs
          look="box"
          label="Input"
          tabs={[
            { id: 'form', name: 'Form' },
            { id: 'json', name: 'JSON' },
          ]}
          value={view}
          onChange={setView}
        />
      )}
      {view === 'form' ? (
        <SchemaForm
          key={draft.round}
          draft={draft.key}
          schema={inputs}
          files={FILE_FIELDS}
          values={(input ?? {}) as Record<string, Value>}
          onChange={change}
          errorOf={(field) => problem?.of(`input/${field}`)}
        />
      ) : (
        <JsonField
          key={draft.round}
          draft={draft.key && `${draft.key}.json`}
          label="Input"
          value={input}
          onChange={change}
        />
      )}
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
