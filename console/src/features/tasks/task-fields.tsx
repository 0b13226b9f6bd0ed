import type { Problem } from '../../api/problem.ts'
import { CheckField, SelectField, TextAreaField, TextField } from '../../ui/kit/field.tsx'
import { FILE_FIELDS } from '../files/index.ts'
import { AssigneeField } from './assignee.tsx'
import { InputFields } from './input-fields.tsx'
import type { TaskForm } from './model/form.ts'
import { useTaskTypes } from './queries.ts'
import { TaskField } from './task-field.tsx'
import styles from './tasks.module.css'

type Props = {
  form: TaskForm
  onChange: (form: TaskForm) => void
  problem: Problem | null
  draft: string | null
  /** A new task also has a type, a parent and dependencies. */
  isNew: boolean
  /** What the work consists of is fixed while somebody works on it. */
  isFixed?: boolean
}

export function TaskFields({ form, onChange, problem, draft, isNew, isFixed = false }: Props) {
  const types = useTaskTypes().data ?? []
  const type = types.find(({ name }) => name === form.type)
  const set = (change: Partial<TaskForm>) => onChange({ ...form, ...change })
  const errorOf = (field: string) => problem?.of(field)
  return (
    <>
      <TextField
        label="Title"
        required
        maxLength={300}
        autoFocus={isNew}
        value={form.title}
        error={errorOf('title')}
        onChange={(event) => set({ title: event.target.value })}
      />
      {isNew && (
        <SelectField
          label="Type"
          help={type?.description}
          value={form.type}
          onChange={(event) => set({ type: event.target.value, input: {} })}
        >
          {types.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </SelectField>
      )}
      {type && !isFixed && (
        <InputFields
          key={form.type}
          type={type}
          value={form.input}
          onChange={(input) => set({ input })}
          errorOf={(field) => errorOf(`input/${field}`)}
          draft={draft}
        />
      )}
      {!isFixed && (
        <FILE_FIELDS.many
          label="Files (optional)"
          help="What the task works with, besides its input."
          required={false}
          error={errorOf('files')}
          value={form.files.map((id) => ({ $file: id }))}
          onChange={(value) =>
            set({ files: ((value ?? []) as { $file: string }[]).map(({ $file }) => $file) })
          }
        />
      )}
      {isFixed && <p className="dim">The work itself can be changed when the task has ended.</p>}
      <TextAreaField
        label="Description (optional)"
        maxLength={20_000}
        rows={3}
        value={form.description}
        error={errorOf('description')}
        onChange={(event) => set({ description: event.target.value })}
      />
      <div className={styles.pair}>
        <AssigneeField
          value={form.assignee}
          error={errorOf('assignee')}
          onChange={(assignee) => set({ assignee })}
        />
        <SelectField
          label="Priority"
          value={form.priority}
          onChange={(event) => set({ priority: Number(event.target.value) })}
        >
          {Array.from({ length: 10 }, (_, at) => (
            <option key={at} value={at}>
              {at}
              {{ 0: ' (lowest)', 5: ' (usual)', 9: ' (highest)' }[at] ?? ''}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Due (optional)"
          type="datetime-local"
          value={form.due}
          error={errorOf('dueAt')}
          onChange={(event) => set({ due: event.target.value })}
        />
        <TextField
          label="Tags (optional)"
          help="Separated by commas"
          maxLength={1_100}
          value={form.tags}
          error={errorOf('tags')}
          onChange={(event) => set({ tags: event.target.value })}
        />
      </div>
      {isNew && (
        <TaskField
          label="Part of (optional)"
          value={form.parent}
          onChange={(parent) => set({ parent })}
          error={errorOf('parentId')}
        />
      )}
      {!isFixed && (
        <details className={styles.more}>
          <summary>How it runs</summary>
          <div>
            <div className={styles.pair}>
              <TextField
                label="Attempts of a step"
                type="number"
                min={1}
                max={10}
                value={form.attempts}
                error={errorOf('retry/attempts')}
                onChange={(event) => set({ attempts: Math.max(1, event.target.valueAsNumber || 1) })}
              />
              <TextField
                label="Time limit in minutes (optional)"
                type="number"
                min={0.01}
                step="any"
                value={form.timeoutMinutes}
                error={errorOf('timeoutMs')}
                onChange={(event) => set({ timeoutMinutes: event.target.value })}
              />
            </div>
            <SelectField
              label="If a task that it needs does not succeed"
              value={form.onDependencyFailure}
              onChange={(event) => set({ onDependencyFailure: event.target.value as 'block' })}
            >
              <option value="block">It waits until that task is retried or waived</option>
              <option value="skip">It is skipped</option>
              <option value="run">It starts anyway</option>
            </SelectField>
          </div>
        </details>
      )}
      {isNew && (
        <CheckField
          label="Start it now"
          help="Otherwise it stays a draft until somebody executes it."
          checked={form.autoStart}
          onChange={(event) => set({ autoStart: event.target.checked })}
        />
      )}
    </>
  )
}
