import { useState } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { Button } from '../../../ui/kit/button.tsx'
import { Dialog } from '../../../ui/kit/dialog.tsx'
import { SelectField, TextField } from '../../../ui/kit/field.tsx'
import { ProblemNote } from '../../../ui/kit/page.tsx'
import { type Kind, type ScheduleForm, scheduleBody, scheduleForm } from '../model/schedule.ts'
import { useSetSchedule } from '../mutations.ts'
import type { Task } from '../queries.ts'
import styles from '../tasks.module.css'

const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

export function ScheduleDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  const [form, setForm] = useState(() => scheduleForm(task.schedule, zone()))
  const save = useSetSchedule(task.id)
  const problem = save.isError ? asProblem(save.error) : null
  const set = (change: Partial<ScheduleForm>) => setForm({ ...form, ...change })
  async function send() {
    if ((await save.mutateAsync(scheduleBody(form)).catch(() => null)) !== null) onClose()
  }
  return (
    <Dialog
      title={`Schedule of ${task.title}`}
      onClose={onClose}
      onSubmit={() => void send()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <SelectField
        label="When"
        value={form.kind}
        onChange={(event) => set({ kind: event.target.value as Kind })}
      >
        <option value="at">Once: the task itself</option>
        <option value="cron">At certain times: a new task each</option>
        <option value="every">At an interval: a new task each</option>
      </SelectField>
      {form.kind === 'at' && (
        <TextField
          label="At"
          type="datetime-local"
          required
          value={form.at}
          error={problem?.of('at')}
          onChange={(event) => set({ at: event.target.value })}
        />
      )}
      {form.kind === 'cron' && (
        <div className={styles.pair}>
          <TextField
            label="Cron"
            className="mono"
            required
            maxLength={256}
            placeholder="0 8 * * 1-5"
            help="Minute, hour, day, month, day of the week"
            value={form.cron}
            error={problem?.of('cron')}
            onChange={(event) => set({ cron: event.target.value })}
          />
          <TextField
            label="Time zone"
            required
            maxLength={64}
            value={form.timezone}
            error={problem?.of('timezone')}
            onChange={(event) => set({ timezone: event.target.value })}
          />
        </div>
      )}
      {form.kind === 'every' && (
        <TextField
          label="Minutes between them"
          type="number"
          min={1}
          step="any"
          required
          value={form.everyMinutes}
          error={problem?.of('everyMs')}
          onChange={(event) => set({ everyMinutes: event.target.value })}
        />
      )}
      {form.kind !== 'at' && <Repetition form={form} onChange={set} />}
      <SelectField
        label="If a time was missed"
        value={form.missed}
        onChange={(event) => set({ missed: event.target.value as 'one' })}
      >
        <option value="one">Start the newest one</option>
        <option value="all">Start all of them (up to 100)</option>
        <option value="skip">Start none</option>
      </SelectField>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

type RepetitionProps = { form: ScheduleForm; onChange: (change: Partial<ScheduleForm>) => void }

function Repetition({ form, onChange }: RepetitionProps) {
  return (
    <>
      <SelectField
        label="While the one before is active"
        value={form.overlap}
        onChange={(event) => onChange({ overlap: event.target.value as 'skip' })}
      >
        <option value="skip">Skip it</option>
        <option value="queue">Let it wait</option>
        <option value="parallel">Start it at the same time</option>
      </SelectField>
      <details className={styles.more} open={Boolean(form.startAt || form.endAt || form.maxRuns)}>
        <summary>Limits</summary>
        <div>
          <TextField
            label="Not before (optional)"
            type="datetime-local"
            value={form.startAt}
            onChange={(event) => onChange({ startAt: event.target.value })}
          />
          <TextField
            label="Not after (optional)"
            type="datetime-local"
            value={form.endAt}
            onChange={(event) => onChange({ endAt: event.target.value })}
          />
          <TextField
            label="At most (optional)"
            type="number"
            min={1}
            max={1_000_000}
            value={form.maxRuns}
            onChange={(event) => onChange({ maxRuns: event.target.value })}
          />
        </div>
      </details>
    </>
  )
}
