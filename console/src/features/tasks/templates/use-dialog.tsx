import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { useDraft } from '../../../ui/form/draft.ts'
import { DraftNote, LeaveButton } from '../../../ui/form/draft-note.tsx'
import { SchemaForm, type Value, valuesOf } from '../../../ui/form/schema-form.tsx'
import { hasSecret } from '../../../ui/form/secret-fields.ts'
import { plural } from '../../../ui/format/time.ts'
import { Button } from '../../../ui/kit/button.tsx'
import { Dialog } from '../../../ui/kit/dialog.tsx'
import { CheckField, TextField } from '../../../ui/kit/field.tsx'
import { Json } from '../../../ui/kit/json.tsx'
import { ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { showToast } from '../../../ui/kit/toast.tsx'
import { FILE_FIELDS } from '../../files/index.ts'
import { toTask, toTasks } from '../../shell/index.ts'
import { type Assignee, AssigneeField } from '../assignee.tsx'
import styles from '../tasks.module.css'
import { useTemplate, useUseTemplate } from './queries.ts'

/** Asks for what the template leaves open, and creates its tasks. */
export function UseDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const found = useTemplate(id)
  if (found.data) return <UseForm key={id} template={found.data} onClose={onClose} />
  return (
    <Dialog title="Use a template" onClose={onClose}>
      {found.isError ? <ProblemNote problem={asProblem(found.error)} /> : <Skeleton rows={3} />}
    </Dialog>
  )
}

type Template = NonNullable<ReturnType<typeof useTemplate>['data']>

function UseForm({ template, onClose }: { template: Template; onClose: () => void }) {
  const { id, name, variables, task } = template
  const draft = useDraft<Record<string, Value>>(hasSecret(variables) ? null : `task.template.${id}`, () =>
    valuesOf(variables),
  )
  const [title, setTitle] = useState('')
  const [assignee, setAssignee] = useState<Assignee>(null)
  const [copies, setCopies] = useState(1)
  const [execute, setExecute] = useState(false)
  const use = useUseTemplate()
  const go = useNavigate()
  const problem = use.isError ? asProblem(use.error) : null
  async function make() {
    const body = {
      variables: draft.value,
      overrides: { ...(title.trim() !== '' && { title: title.trim() }), ...(assignee && { assignee }) },
      count: copies,
      execute,
    }
    const made = await use.mutateAsync({ id, body }).catch(() => null)
    if (made === null) return
    draft.forget()
    showToast(`${plural(made.made, 'task')} created.`)
    const [first] = made.tasks
    await go(made.tasks.length === 1 && first ? toTask(first) : toTasks())
  }
  return (
    <Dialog
      size="large"
      title={name}
      about={template.description}
      onClose={onClose}
      onSubmit={() => void make()}
      actions={
        <>
          <LeaveButton draft={draft} onClose={onClose} />
          <Button type="submit" look="primary" icon="plus" busy={use.isPending}>
            {copies === 1 ? 'Create it' : `Create ${copies} copies`}
          </Button>
        </>
      }
    >
      <DraftNote draft={draft} />
      <SchemaForm
        key={draft.round}
        draft={draft.key}
        schema={variables}
        values={draft.value}
        onChange={draft.set}
        errorOf={(field) => problem?.of(`variables/${field}`)}
        files={FILE_FIELDS}
      />
      <div className={styles.pair}>
        <TextField
          label="Another title (optional)"
          maxLength={300}
          value={title}
          error={problem?.of('overrides/title')}
          onChange={(event) => setTitle(event.target.value)}
        />
        <AssigneeField value={assignee} onChange={setAssignee} error={problem?.of('overrides/assignee')} />
        <TextField
          label="Copies"
          type="number"
          min={1}
          max={100}
          required
          value={copies}
          onChange={(event) => setCopies(Math.max(1, Math.min(100, event.target.valueAsNumber || 1)))}
        />
      </div>
      <CheckField
        label="Start them now"
        checked={execute}
        onChange={(event) => setExecute(event.target.checked)}
      />
      <details className={styles.more}>
        <summary>What it creates</summary>
        <div>
          <Json title="Task" value={task} />
        </div>
      </details>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
