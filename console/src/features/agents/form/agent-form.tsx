import type { ReactNode } from 'react'
import type { FieldProblem, Problem } from '../../../api/problem.ts'
import { JsonField } from '../../../ui/form/json-field.tsx'
import { CheckField, TextAreaField, TextField } from '../../../ui/kit/field.tsx'
import { ProblemNote } from '../../../ui/kit/page.tsx'
import { type AgentForm, areShown, errorAt } from '../model/form.ts'
import styles from './form.module.css'
import { LimitFields } from './limit-fields.tsx'
import { ModelsField } from './models-field.tsx'
import { ToolsField } from './tools-field.tsx'

type Props = {
  form: AgentForm
  onChange: (form: AgentForm) => void
  problem: Problem | null
  /** Changes when the form gets other values than those that were typed. */
  round: string
  buttons: ReactNode
  onSubmit: () => void
}

const NONE: FieldProblem[] = []

export function AgentFormFields({ form, onChange, problem, round, buttons, onSubmit }: Props) {
  const errors = problem?.errors ?? NONE
  const set = (change: Partial<AgentForm>) => onChange({ ...form, ...change })
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      <fieldset>
        <legend>About</legend>
        <TextField
          label="Name"
          value={form.name}
          required
          maxLength={200}
          error={errorAt(errors, '/name')}
          onChange={(event) => set({ name: event.target.value })}
        />
        <TextField
          label="Description (optional)"
          value={form.description}
          maxLength={2_000}
          error={errorAt(errors, '/description')}
          onChange={(event) => set({ description: event.target.value })}
        />
        <TextField
          label="Tags (optional)"
          help="Separated by commas"
          value={form.tags}
          error={errorAt(errors, '/tags')}
          onChange={(event) => set({ tags: event.target.value })}
        />
      </fieldset>
      <fieldset>
        <legend>Instructions</legend>
        <TextAreaField
          label="What it does and how it answers"
          rows={Math.min(24, Math.max(6, form.instructions.split('\n').length + 2))}
          maxLength={200_000}
          value={form.instructions}
          error={errorAt(errors, '/instructions')}
          onChange={(event) => set({ instructions: event.target.value })}
        />
      </fieldset>
      <fieldset>
        <legend>Models</legend>
        <ModelsField models={form.models} errors={errors} onChange={(models) => set({ models })} />
      </fieldset>
      <fieldset>
        <legend>Tools</legend>
        <ToolsField key={round} tools={form.tools} errors={errors} onChange={(tools) => set({ tools })} />
      </fieldset>
      <fieldset>
        <legend>Limits of a call</legend>
        <LimitFields limits={form.limits} errors={errors} onChange={(limits) => set({ limits })} />
      </fieldset>
      <fieldset>
        <legend>Memory of a conversation</legend>
        <TextField
          label="Latest messages that it sees"
          type="number"
          min={0}
          max={1_000}
          required
          value={form.memory.window}
          error={errorAt(errors, '/memory')}
          onChange={({ target }) =>
            set({ memory: { ...form.memory, window: Math.max(0, Math.trunc(target.valueAsNumber || 0)) } })
          }
        />
        <CheckField
          label="Summarise older messages"
          help="Its models do this, which counts as a call."
          checked={form.memory.summary}
          onChange={(event) => set({ memory: { ...form.memory, summary: event.target.checked } })}
        />
      </fieldset>
      <fieldset>
        <legend>Answer</legend>
        <JsonField
          key={round}
          label="Schema of the answer (optional)"
          help="JSON Schema. Without one, the agent answers with text."
          value={form.outputSchema}
          error={errorAt(errors, '/outputSchema')}
          onChange={(outputSchema) => set({ outputSchema })}
        />
      </fieldset>
      {problem &&
        (areShown(errors) ? (
          <p role="alert">Some fields need a change.</p>
        ) : (
          <ProblemNote problem={problem} />
        ))}
      <div className={styles.buttons}>{buttons}</div>
    </form>
  )
}
